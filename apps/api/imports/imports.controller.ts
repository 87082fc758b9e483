import { Controller } from '@nestjs/common';

@Controller('v1/imports')
export class ImportsController {}
