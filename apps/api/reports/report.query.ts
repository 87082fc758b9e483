import { formats } from '../../../libs/reports';
import { KnowledgeLimit, OneOf, Optional, Position, QuestionDay, RegionCode } from '../http/query-fields';

const FORMATS = Object.keys(formats);

/** The parameters of a report. */
export class ReportQuery {
  /** The day asked about; left out: today in China. */
  @Optional()
  @QuestionDay()
  validOn?: string;

  /** Only what was recorded up to then counts; left out: now. */
  @Optional()
  @KnowledgeLimit()
  knownAt?: string;

  /** The day with whose end a movement opens; left out: the end of the month before. */
  @Optional()
  @QuestionDay()
  since?: string;

  /** Only this region and those below it. */
  @Optional()
  @RegionCode()
  region?: string;

  @Optional()
  @OneOf(FORMATS)
  format?: string;

  /** The language of pages and tables. */
  @Optional()
  @OneOf(['zh', 'en'])
  lang?: string;

  /** Wait until the tables have come to this position, so that what was just written is counted. */
  @Optional()
  @Position()
  atLeast?: string;
}
