import type { Day } from '../libs/calendar';
import { define } from './envelope';
import { CalendarDay, NeededWhen, OneOf, Optional, PersonRef } from './fields';
import { retirementCategories, sexes, type RetirementCategory, type Sex } from './words';

/** Who the person is, as far as rules need it. `effectiveOn` is the day from which the record holds. One of sex and birth date is there. */
export class IdentifiedData {
  @NeededWhen(({ birthDate }) => birthDate === undefined, 'male or female, or at least a birthDate')
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
