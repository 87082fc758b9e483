export { checkPolicies, type PolicyCheck } from './check-policies';
export { diffPacks, type PackDifference } from './diff-packs';
export { findPack } from './find-pack';
export { showInForce, type InForce, type KeyInForce, type ReadingInForce } from './in-force';
export {
  coverageMarkdown,
  ruleCoverage,
  type CoverageHole,
  type CoveringCase,
  type RuleCoverage,
  type RuleRow,
} from './rule-coverage';
export { readRuleIds } from './rule-ids';
export { scaffold, type NewPack, type Scaffold } from './scaffold';
export { schemaText, writeSchemaFile } from './schema-file';
export { stillSilent, type SilentFamily } from './still-silent';
