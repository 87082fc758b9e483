import { MaxLength, MinLength } from 'class-validator';
import { causes, exceptionKinds } from '../../../libs/reconciliation';
import { Cursor, KnowledgeLimit, OneOf, Optional, QuestionDay, RegionCode, Whole } from '../http/query-fields';

/** How an extract is to be read, and what it is compared with. */
export class ReconciliationQuery {
  /** The day for which the extract speaks. */
  @QuestionDay()
  validOn!: string;

  /** Left out: what is known when the extract is sent. */
  @Optional()
  @KnowledgeLimit()
  knownAt?: string;

  /** The region of rows that name none, and the only one searched for what they lack. */
  @Optional()
  @RegionCode()
  region?: string;

  /** The sheet of a workbook; left out: its first. */
  @Optional()
  @MinLength(1, { message: 'the name of a sheet' })
  @MaxLength(31, { message: 'the name of a sheet, up to 31 characters' })
  sheet?: string;

  /** What the file is called, where the body is the file itself. */
  @Optional()
  @MaxLength(200, { message: 'a file name of up to 200 characters' })
  name?: string;
}

/** Which differences are shown. */
export class DifferencesQuery {
  @Optional()
  @OneOf(exceptionKinds)
  kind?: string;

  @Optional()
  @OneOf(causes)
  cause?: string;

  /** How many at most; left out: 100. */
  @Optional()
  @Whole(1, 500)
  limit?: string;

  /** Where the page before ended. */
  @Optional()
  @Cursor()
  cursor?: string;
}
