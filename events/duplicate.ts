import { define } from './envelope';
import { Nested, NestedList, OneOf } from './fields';
import { Relation } from './relation';
import { duplicateScopes, type DuplicateScope } from './words';

/** 重复参保: relations that overlap, as an office found them. `effectiveOn` is the day of the finding. */
export class DuplicateDetectedData {
  @NestedList(() => Relation, 2)
  relations!: Relation[];

  /** The widest that fits: crossRegion before crossScheme before sameScheme. */
  @OneOf(duplicateScopes)
  scope!: DuplicateScope;
}

/** The person chose (elected), or the office settled (resolved), which one stays. `effectiveOn` is the day of it. */
export class DuplicateSettledData extends DuplicateDetectedData {
  /** The relation that stays. */
  @Nested(() => Relation)
  retained!: Relation;
}

export const duplicateDetected = define('DuplicateDetected', DuplicateDetectedData);
export const duplicateElected = define('DuplicateElected', DuplicateSettledData);
export const duplicateResolved = define('DuplicateResolved', DuplicateSettledData);
