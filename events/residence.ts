import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, NeededWhen, Optional, Region } from './fields';

/** Where the person belongs, from `effectiveOn` on. A field left out stays as it was. */
export class ResidenceChangedData {
  /** 户籍地 */
  @NeededWhen(
    ({ residencePermit, permitValidThrough, habitualResidence }) =>
      residencePermit === undefined && permitValidThrough === undefined && habitualResidence === undefined,
    'a region code of six digits, or one of residencePermit, permitValidThrough, habitualResidence',
  )
  @Region()
  household?: string;

  /** The region that issued the residence permit (居住证). */
  @Optional()
  @Region()
  residencePermit?: string;

  /** The last day of the residence permit. */
  @Optional()
  @CalendarDay()
  permitValidThrough?: Day;

  /** 常住地 */
  @Optional()
  @Region()
  habitualResidence?: string;
}

export const residenceChanged = define('ResidenceChanged', ResidenceChangedData);
