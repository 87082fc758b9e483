import type { Month } from '../libs/calendar';
import { define } from './envelope';
import { CalendarMonth, EmployerRef, Fits, OneOf, Optional, Region, YesNo } from './fields';
import { ofScheme } from './relation';
import { fundModes, participations, schemes, type FundMode, type Participation, type Scheme } from './words';

/** 参保登记. `effectiveOn` is the first day of the relation. */
export class RegisteredData {
  @OneOf(schemes)
  scheme!: Scheme;

  /** Where the relation is held: a region code. */
  @Region()
  region!: string;

  /** As whom; a word of the scheme. */
  @OneOf(participations)
  @Fits(ofScheme, 'a participation of the scheme')
  participation!: Participation;

  @Optional()
  @EmployerRef()
  employerId?: string;

  /** With or without a personal account (employee scheme). */
  @Optional()
  @OneOf(fundModes)
  fundMode?: FundMode;

  /**
   * Whether it is the person's first participation in the scheme anywhere. Left out: it is, when the ledger knows no
   * earlier participation in the scheme and this event opens it.
   */
  @Optional()
  @YesNo()
  firstTime?: boolean;

  /** Whether the person finished school this year and enters a first job (TL-2.2.1b). */
  @Optional()
  @YesNo()
  freshGraduate?: boolean;

  /** The first fee month that the relation is to pay, where it is not the month of `effectiveOn` (JL-19.2). */
  @Optional()
  @CalendarMonth()
  firstFeeMonth?: Month;
}

export const registered = define('Registered', RegisteredData);
