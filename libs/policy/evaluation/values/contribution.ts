/** How contribution months of every kind are counted. */
export interface ContributionValues {
  /** First day of the employee scheme at the place: service before it is deemed, months after it are actual. */
  'years.schemeStart': string;
  /** Military service: whether it counts, and whether it is split at the scheme's start into deemed and actual. */
  'years.military': 'splitAtSchemeStart' | 'deemed';
  'years.armySpouse': 'splitAtSchemeStart' | 'deemed';
  /** Whether actual months paid outside the province are recognised. */
  'years.outOfProvinceActual': boolean;
  'years.outOfProvinceDeemed': boolean;
  /** Actual and deemed years of the same province count in full. */
  'years.withinProvince': boolean;
  /** Lump-sum months count as actual months of the place. */
  'years.lumpSumActual': boolean;
  /** Resident years merged into employee years by paying the difference. */
  'years.residentConversion': 'byDifference' | 'none';
  /** A resident month counts when enrolled on any of its days, or only when enrolled on all. */
  'years.residentPartialMonth': 'anyDay' | 'fullMonth';
}
