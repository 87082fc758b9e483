export { contentHash } from './facts';
export { Folding, type MergedInto } from './fold';
export type { Folded } from './folded';
