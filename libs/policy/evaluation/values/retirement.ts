/** Conditions and consequences of retiree benefits. */
export interface RetirementValues {
  'retirement.requiredTotalMale': number;
  'retirement.requiredTotalFemale': number;
  'retirement.requiredActual': { months: number; scope: 'local' | 'any' };
}
