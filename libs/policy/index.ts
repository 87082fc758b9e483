export {
  LoadedPolicies,
  RefusedPacks,
  describeFault,
  loadPolicies,
  loadPoliciesOrThrow,
  type LoadResult,
  type LoadedPack,
  type PackFault,
} from './loader';
