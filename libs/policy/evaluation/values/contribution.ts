/** How contribution months of every kind are counted. */
export interface ContributionValues {
  /** What an actual month is: a fee month whose money arrived. */
  'years.actual': 'feeMonths';
  /** A calendar month counts once, whatever paid it. */
  'years.overlap': 'once';
  /** Deemed months found by an authority count. */
  'years.deemed': boolean;
  /** First day (or month) of the employee scheme at the place: service before it is deemed, service after it is actual. */
  'years.schemeStart': string;
  /** Military service: split at the scheme's start into deemed and actual, or deemed whenever it was. */
  'years.military': 'splitAtSchemeStart' | 'deemed';
  /** Months in which the army provided for an unemployed spouse. */
  'years.armySpouse': 'splitAtSchemeStart' | 'deemed';
  /** Actual and deemed months of the same province count in full. */
  'years.withinProvince': boolean;
  /** Actual months paid outside the province count. */
  'years.outOfProvinceActual': boolean;
  'years.outOfProvinceDeemed': boolean;
  /** Lump-sum months count as actual months of the place, not in the total alone. */
  'years.lumpSumActual': boolean;
  /** Resident months merged into employee months by paying the difference. */
  'years.residentConversion': 'byDifference' | 'none';
  /** A resident month counts when enrolled on any of its days, or only when enrolled on all. */
  'years.residentPartialMonth': 'anyDay' | 'fullMonth';
}
