import { Optional, QuestionDay, YesOrNo } from '../http/query-fields';

/** How a write is to be done. */
export class WriteQuery {
  /** Only show what would be recorded, and what it would change. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';

  /** With dryRun: the day on which the answers are compared; left out: today in China. */
  @Optional()
  @QuestionDay()
  validOn?: string;
}
