export {
  readSetting,
  type Citation,
  type DatedSetting,
  type Gap,
  type GapSetting,
  type ReadContext,
  type Reading,
  type Setting,
  type Unread,
  type ValueSetting,
} from './settings';
export { ownReadings, steadyReadings, type SteadyReadings } from './steady-readings';
export type { Pack, ReadingText, RuleText } from './pack';
export { Policies } from './policies';
export { regionNames } from './region-names';
export { jurisdictionsOf, poolOf, provinceOf, sameProvince } from './jurisdictions';
export type { RuleKey, RuleValues } from './rule-values';
export type { Start, Wait } from './values/waiting';
export type { AidedEntry, Entry, PaymentWindow } from './values/resident';
export type { BreakLimit, ShortBreak } from './values/employee';
export type { RetireeStart, ShortfallOption } from './values/retirement';
export type { DuplicateTrait, KeepByTrait, OthersFate } from './values/duplicates';
