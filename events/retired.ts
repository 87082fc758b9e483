import { define } from './envelope';
import { EmployerRef, Optional, Region, TextOr, YesNo } from './fields';

/** 在职转退休. `effectiveOn` is the day the procedure was done. Believed even where the ledger does not hold the years behind it. */
export class RetiredData {
  @Region()
  region!: string;

  /** Whether the person draws a pension (LYG-26.2). */
  @Optional()
  @YesNo()
  pensionGranted?: boolean;

  @Optional()
  @EmployerRef()
  employerId?: string;

  /** A group with years of its own under earlier rules, by the word of the region's document, or only that it is so (TL-6.1L). */
  @Optional()
  @TextOr('boolean')
  legacyGroup?: string | boolean;
}

export const retired = define('Retired', RetiredData);
