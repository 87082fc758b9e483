import { Allow } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { Optional, QuestionDay } from '../http/query-fields';
import { EXAMPLE_REGION } from '../openapi/schema';

/** What a command says. */
export class CommandBody {
  @ApiProperty({
    required: false,
    format: 'date',
    description: 'The day on which it is to hold; left out: today in China',
    example: '2025-05-12',
  })
  @Optional()
  @QuestionDay()
  on?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The fields of the event that the command asks for, as the event contract names them',
    example: { scheme: 'employee', region: EXAMPLE_REGION, participation: 'flexible' },
  })
  @Allow()
  data?: unknown;
}
