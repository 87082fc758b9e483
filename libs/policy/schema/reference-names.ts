/** Reference values that packs may ask for by name; a pack declares further ones under `references`. */
export const referenceNames = [
  'averageMonthlyWageFen',
  'averageAnnualWageFen',
  'employerRatePercent',
  'personRatePercent',
  'requiredTotalMonths.male',
  'requiredTotalMonths.female',
  'requiredActualMonths',
  'schemeStart',
  'firstTimeWaitingDays',
  'interruptionWaitingDays',
  'workingAgeThrough.male',
  'workingAgeThrough.female',
  'baseFloorFen',
  'baseCeilingFen',
  'lumpSumBaseFen',
  'lumpSumRatePercent',
  'recogniseOutOfProvinceActual',
  'dueOn',
] as const;

/** Events of a region that settle a gap by themselves, and may stand where a reference value would. */
export const announcements = ['CollectionPeriodAnnounced'] as const;
