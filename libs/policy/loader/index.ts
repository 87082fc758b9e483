export { loadPolicies, loadPoliciesOrThrow, type LoadResult } from './load-policies';
export { LoadedPolicies, type LoadedPack } from './loaded-policies';
export { RefusedPacks, describeFault, type PackFault } from './pack-fault';
