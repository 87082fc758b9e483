export { contentHash, unknownCodes } from './facts';
export { Folding, type MergedInto } from './fold';
export type { Folded } from './folded';
