export { Policies } from './evaluation';
export {
  LoadedPolicies,
  RefusedPacks,
  describeFault,
  loadPolicies,
  loadPoliciesOrThrow,
  type LoadedPack,
} from './loader';
export {
  checkPolicies,
  coverageMarkdown,
  diffPacks,
  findPack,
  readRuleIds,
  ruleCoverage,
  scaffold,
  schemaText,
  showInForce,
  stillSilent,
  writeSchemaFile,
  type InForce,
  type KeyInForce,
} from './officer';
