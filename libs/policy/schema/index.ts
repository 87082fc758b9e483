export { ruleKeys } from './rule-keys';
export type { Unit } from './key';
export { packSchema } from './pack-schema';
export { announcements } from './announcements';
