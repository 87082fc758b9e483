import { define } from './envelope';
import { EmployerRef, Fen, OneOf, Optional } from './fields';
import { employmentKinds, type EmploymentKind } from './words';

/** `effectiveOn` is the first day of the employment. */
export class EmploymentStartedData {
  @EmployerRef()
  employerId!: string;

  @OneOf(employmentKinds)
  kind!: EmploymentKind;

  /** The wage payable for the first month, fen (JL-22.3). */
  @Optional()
  @Fen()
  firstMonthWageFen?: number;
}

/** `effectiveOn` is the last day of the employment. */
export class EmploymentEndedData {
  @EmployerRef()
  employerId!: string;

  @Optional()
  @OneOf(employmentKinds)
  kind?: EmploymentKind;

  @Optional()
  @Fen()
  firstMonthWageFen?: number;
}

export const employmentStarted = define('EmploymentStarted', EmploymentStartedData);
export const employmentEnded = define('EmploymentEnded', EmploymentEndedData);
