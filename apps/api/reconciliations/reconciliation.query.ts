import { causes, exceptionKinds } from '../../../libs/reconciliation';
import { FilesQuery } from '../file-jobs';
import { Cursor, KnowledgeLimit, OneOf, Optional, QuestionDay, Whole } from '../http/query-fields';

/** What an extract is compared with. Its region is also the only one searched for what it lacks. */
export class ReconciliationQuery extends FilesQuery {
  /** The day for which the extract speaks. */
  @QuestionDay()
  validOn!: string;

  /** Left out: what is known when the extract is sent. */
  @Optional()
  @KnowledgeLimit()
  knownAt?: string;
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
