import { define } from './envelope';
import { Fen, OneOf, Optional, TextOr } from './fields';
import { MonthSpan, Months } from './month-span';
import { employerKinds, type EmployerKind } from './words';

/** What a contribution base (缴费基数) is worked out from. `effectiveOn` is the day of the declaration. All money is fen a month. */
export class BaseDeclaredData {
  @Optional()
  @OneOf(employerKinds)
  employerKind?: EmployerKind;

  /** The person's average monthly wage of the year before. */
  @Optional()
  @Fen()
  priorYearAverageFen?: number;

  @Optional()
  @Fen()
  lastMonthFen?: number;

  @Optional()
  @Fen()
  currentMonthFen?: number;

  /** Parts of the wage that do not count. */
  @Optional()
  @Fen()
  exclusionsFen?: number;

  /** The base itself, where it is declared and not worked out. */
  @Optional()
  @Fen()
  baseFen?: number;

  /** The fee months the declaration is for. */
  @Optional()
  @Months()
  cycle?: MonthSpan;

  /** Which of the region's rates was chosen: the fund mode it stands for, or the percentage. */
  @Optional()
  @TextOr('number')
  rateOption?: string | number;
}

export const baseDeclared = define('BaseDeclared', BaseDeclaredData);
