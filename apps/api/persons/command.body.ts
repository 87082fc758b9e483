import { Allow } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { Optional, QuestionDay } from '../http/query-fields';

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
    example: { scheme: 'employee', region: '211200', participation: 'flexible' },
  })
  @Allow()
  data?: unknown;
}
