import { ValidateBy } from 'class-validator';
import { formats } from '../../../libs/reports';
import { KnowledgeLimit, Optional, QuestionDay, RegionCode } from '../http/query-fields';

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
}

function OneOf(words: readonly string[]): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && words.includes(value);
  return ValidateBy({ name: 'oneOf', validator: { validate, defaultMessage: () => `one of ${words.join(', ')}` } });
}
