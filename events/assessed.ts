import type { Day, Month } from '../libs/calendar';
import { define } from './envelope';
import { BenefitYear, CalendarDay, CalendarMonth, Fen, Fits, NeededWhen, OneOf, Optional, Region } from './fields';
import { assessmentChannels, schemes, type AssessmentChannel, type Scheme } from './words';

/** 应缴核定: what is owed for one fee month or one benefit year. `effectiveOn` is the day of the assessment. */
export class AssessedData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  @NeededWhen(({ benefitYear }) => benefitYear === undefined, 'the fee month YYYY-MM assessed, or benefitYear')
  @CalendarMonth()
  feeMonth?: Month;

  @Optional()
  @BenefitYear()
  @Fits((_, { feeMonth }) => feeMonth === undefined, 'left out: feeMonth or benefitYear, not both')
  benefitYear?: number;

  /** The employer's part, fen. */
  @Optional()
  @Fen()
  unitFen?: number;

  /** The person's part, fen. */
  @Optional()
  @Fen()
  personFen?: number;

  /** The last day to pay without being late. */
  @Optional()
  @CalendarDay()
  dueOn?: Day;

  /** Who collects. */
  @Optional()
  @OneOf(assessmentChannels)
  channel?: AssessmentChannel;
}

export const assessed = define('Assessed', AssessedData);
