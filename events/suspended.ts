import { define } from './envelope';
import { OneOf, Region, Text } from './fields';
import { schemes, type Scheme } from './words';

/** 暂停(中止). `effectiveOn` is the last day of the relation. */
export class SuspendedData {
  @OneOf(schemes)
  scheme!: Scheme;

  @Region()
  region!: string;

  /** In the sender's words. */
  @Text()
  reason!: string;
}

export const suspended = define('Suspended', SuspendedData);
