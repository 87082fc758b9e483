import { KnowledgeLimit, Optional, Position, QuestionDay, ReadingChoices, RegionCode } from '../http/query-fields';

/** The parameters of a question. */
export class AnswerQuery {
  /** The day asked about; left out: today in China. */
  @Optional()
  @QuestionDay()
  validOn?: string;

  /** Only what was recorded up to then counts; left out: now. */
  @Optional()
  @KnowledgeLimit()
  knownAt?: string;

  /** Whose rules are asked; left out: those of the region that the person's relation names. */
  @Optional()
  @RegionCode()
  region?: string;

  /** Choices for unclear clauses, `A-01:B` each. */
  @Optional()
  @ReadingChoices()
  reading?: string[];

  /** Wait until the log has come to this position, so that what was just written is read. */
  @Optional()
  @Position()
  atLeast?: string;
}
