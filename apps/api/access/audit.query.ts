import { isPersonId } from '../../../events';
import { toInstant } from '../../../libs/calendar';
import { Field, Optional, Whole, YesOrNo } from '../http/query-fields';

const isInstant = (value: unknown) => typeof value === 'string' && toInstant(value.replace(' ', '+')) !== undefined;
const isSubject = (value: unknown) => typeof value === 'string' && /^[\x21-\x7e]{1,210}$/.test(value);

/** Which rows of the audit trail are read. */
export class AuditQuery {
  /** Rows after this number. */
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  after?: string;

  @Optional()
  @Whole(1, 1000)
  limit?: string;

  @Optional()
  @Field(isPersonId, 'the id of a person')
  person?: string;

  @Optional()
  @Field(isSubject, 'a subject such as key:tax-office')
  subject?: string;

  @Optional()
  @Field(isInstant, 'an instant such as 2022-10-31T17:00:00+08:00')
  since?: string;

  @Optional()
  @Field(isInstant, 'an instant such as 2022-10-31T17:00:00+08:00')
  until?: string;

  /** Only those who were not let in. */
  @Optional()
  @YesOrNo()
  refused?: 'true' | 'false';
}
