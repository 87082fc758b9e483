export { loadPolicies, loadPoliciesOrThrow } from './load-policies';
export { LoadedPolicies, type LoadedPack } from './loaded-policies';
export { RefusedPacks, describeFault, type PackFault } from './pack-fault';
