export { conditionsOn, type Conditions, type Procedure, type Unmet } from './conditions';
export { retireeFrom, type RetireeFrom } from './retiree-from';
export { contributionDue, retirementOn, retirementStateOn, waysOut } from './retirement';
export { statutoryAgeOn } from './statutory-age';
