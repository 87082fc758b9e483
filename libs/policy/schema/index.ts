export { ruleKeys } from './rule-keys';
export type { KeyDefinition, KeyDefinitions, Unit } from './key';
export { packSchema } from './pack-schema';
export { announcements, referenceNames } from './reference-names';
