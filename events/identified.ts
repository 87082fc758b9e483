import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, NeededWhen, OneOf, Optional, PersonRef } from './fields';
import { retirementCategories, sexes, type RetirementCategory, type Sex } from './words';

/** Who the person is, as far as rules need it. `effectiveOn` is the day from which the record holds. Each field may be unknown, but not all. */
export class IdentifiedData {
  @NeededWhen(
    ({ birthDate, retirementCategory, identity }) =>
      birthDate === undefined && retirementCategory === undefined && identity === undefined,
    'male or female, or one of birthDate, retirementCategory, identity',
  )
  @OneOf(sexes)
  sex?: Sex;

  @Optional()
  @CalendarDay()
  birthDate?: Day;

  @Optional()
  @OneOf(retirementCategories)
  retirementCategory?: RetirementCategory;

  /** A reference into the identity vault; never the number itself. */
  @Optional()
  @PersonRef()
  identity?: string;
}

export const identified = define('Identified', IdentifiedData);
