import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, Matching, Optional, Region } from './fields';

/** A policy pack was put in force. `effectiveOn` is the day of the act. */
export class PolicyPackActivatedData {
  /** The pack's folder name, such as 990100-example. */
  @Matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the id of a pack such as 990100-example')
  pack!: string;

  @Matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the version of a pack such as 2022-04-01')
  version!: string;

  /** Of the pack's content, so that an answer can prove what it was asked under. */
  @Matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case')
  sha256!: string;

  /** The first day it rules. */
  @CalendarDay()
  effectiveFrom!: Day;

  /** The region of the stream. */
  @Optional()
  @Region()
  region?: string;
}

export const policyPackActivated = define('PolicyPackActivated', PolicyPackActivatedData, { streamKinds: ['region'] });
