export { checkPolicies } from './check-policies';
export { diffPacks } from './diff-packs';
export { findPack } from './find-pack';
export { showInForce, type InForce, type KeyInForce } from './in-force';
export { coverageMarkdown, ruleCoverage } from './rule-coverage';
export { readRuleIds } from './rule-ids';
export { scaffold } from './scaffold';
export { schemaText, writeSchemaFile } from './schema-file';
export { stillSilent } from './still-silent';
