import { isKeyName, isRole, roles, type Principal, type Role } from '../../../../libs/access';
import { isRegionCode } from '../../../../events';
import { Count, Field, Optional, QuestionDay, YesOrNo } from '../../http/query-fields';

function isListOf(value: unknown, holds: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= MOST && value.every(holds);
}

const MOST = 200;

/** What a new key is to open. */
export class NewKeyBody {
  @Field(isKeyName, 'an account or program, up to 64 letters, digits and . _ -')
  name!: string;

  @Field((value) => isListOf(value, isRole), `a list of: ${roles.join(', ')}`)
  roles!: Role[];

  @Field((value) => value === 'all' || isListOf(value, isRegionCode), 'all, or a list of region codes of six digits')
  regions!: Exclude<Principal['regions'], readonly string[]> | string[];

  /** The last day on which it opens anything. */
  @Optional()
  @QuestionDay()
  expires?: string;
}

/** How a key is put in the place of another. */
export class RotateKeyBody {
  /** How long the one before still opens; left out: it ends at once. */
  @Optional()
  @Count(0, 720)
  oldForHours?: number;
}

/** How keys are written. */
export class KeyQuery {
  /** Change nothing; show what would come of it. */
  @Optional()
  @YesOrNo()
  dryRun?: 'true' | 'false';
}
