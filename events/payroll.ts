import { define } from './envelope';
import { Fen, NestedList, Optional, PersonRef } from './fields';
import { MonthSpan, Months } from './month-span';

export class PayrollEntry {
  /** The person's id. */
  @PersonRef()
  person!: string;

  /** The person's monthly base, fen. */
  @Optional()
  @Fen()
  baseFen?: number;
}

/** What an employer declares for its own base. `effectiveOn` is the day of the declaration. */
export class PayrollDeclaredData {
  /** The fee months the declaration is for. */
  @Months()
  cycle!: MonthSpan;

  /** All wages together, fen a month. */
  @Fen()
  totalMonthlyFen!: number;

  @NestedList(() => PayrollEntry)
  staff!: PayrollEntry[];
}

export const payrollDeclared = define('PayrollDeclared', PayrollDeclaredData, { streamKinds: ['employer'] });
