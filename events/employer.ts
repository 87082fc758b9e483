import { define } from './envelope';
import { EmployerRef, Optional, Region, YesNo } from './fields';

/** An employer came, changed or closed. `effectiveOn` is the day of it. */
export class EmployerData {
  /** Unified social credit code (统一社会信用代码); names the stream. */
  @EmployerRef()
  uscc!: string;

  @Region()
  region!: string;

  /** Who takes over its duties (LYG-14.1). */
  @Optional()
  @EmployerRef()
  successor?: string;

  /** Whether arrears and late fees were paid first (JL-18.2). */
  @Optional()
  @YesNo()
  arrearsCleared?: boolean;
}

export const employerRegistered = define('EmployerRegistered', EmployerData, { streamKinds: ['employer'] });
export const employerChanged = define('EmployerChanged', EmployerData, { streamKinds: ['employer'] });
export const employerClosed = define('EmployerClosed', EmployerData, { streamKinds: ['employer'] });
