import type { Hash, TreeHasher } from './hashing';

/** Hashes of complete subtrees: `level` 0 are the leaves, `index` counts from the left. */
export type HashAt = (level: number, index: number) => Hash;

/** The root over the leaves `from` (included) to `until` (excluded); `from` begins a subtree (RFC 9162, section 2.1.1). */
export function rootOver(hashAt: HashAt, hasher: TreeHasher, from: number, until: number): Hash {
  const size = until - from;
  if (size === 0) return hasher.empty;
  const level = Math.floor(Math.log2(size));
  const full = 2 ** level;
  if (full === size && from % full === 0) return hashAt(level, from / full);
  const left = full === size ? full / 2 : full;
  return hasher.node(rootOver(hashAt, hasher, from, from + left), rootOver(hashAt, hasher, from + left, until));
}

/** The inclusion proof of a leaf in the tree of `size` leaves (RFC 9162, section 2.1.3.1). */
export function inclusionProof(hashAt: HashAt, hasher: TreeHasher, leaf: number, size: number): Hash[] {
  if (leaf < 0 || leaf >= size) throw new RangeError(`leaf ${leaf} is not in a tree of ${size}`);
  const path: Hash[] = [];
  let [from, until] = [0, size];
  while (until - from > 1) {
    const middle = from + largestPowerBelow(until - from);
    if (leaf < middle) {
      path.push(rootOver(hashAt, hasher, middle, until));
      until = middle;
    } else {
      path.push(rootOver(hashAt, hasher, from, middle));
      from = middle;
    }
  }
  return path.reverse();
}

/** Whether the proof leads from the leaf's hash to the root (RFC 9162, section 2.1.3.2). */
export function isIncluded(
  hasher: TreeHasher,
  { leaf, size, hash, proof, root }: { leaf: number; size: number; hash: Hash; proof: readonly Hash[]; root: Hash },
): boolean {
  if (!Number.isSafeInteger(leaf) || leaf < 0 || leaf >= size) return false;
  let [fn, sn] = [leaf, size - 1];
  let reached = hash;
  for (const step of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      reached = hasher.node(step, reached);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else reached = hasher.node(reached, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && reached === root;
}

/** That the tree of `before` leaves is the beginning of the tree of `size` (RFC 9162, section 2.1.4.1). */
export function consistencyProof(hashAt: HashAt, hasher: TreeHasher, before: number, size: number): Hash[] {
  if (before < 0 || before > size)
    throw new RangeError(`a tree of ${before} cannot be the beginning of one of ${size}`);
  if (before === 0 || before === size) return [];
  const path: Hash[] = [];
  let [from, until] = [0, size];
  let whole = true;
  while (before !== until) {
    const middle = from + largestPowerBelow(until - from);
    if (before <= middle) {
      path.push(rootOver(hashAt, hasher, middle, until));
      until = middle;
    } else {
      path.push(rootOver(hashAt, hasher, from, middle));
      from = middle;
      whole = false;
    }
  }
  if (!whole) path.push(rootOver(hashAt, hasher, from, until));
  return path.reverse();
}

/** Whether the proof shows the one tree to be the beginning of the other (RFC 9162, section 2.1.4.2). */
export function isConsistent(
  hasher: TreeHasher,
  trees: { before: number; beforeRoot: Hash; size: number; root: Hash; proof: readonly Hash[] },
): boolean {
  const { before, beforeRoot, size, root, proof } = trees;
  if (before > size) return false;
  if (before === size) return proof.length === 0 && beforeRoot === root;
  if (before === 0) return proof.length === 0 && beforeRoot === hasher.empty;
  const steps = isPowerOfTwo(before) ? [beforeRoot, ...proof] : [...proof];
  if (steps.length === 0) return false;
  let [fn, sn] = [before - 1, size - 1];
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let [fr, sr] = [steps[0]!, steps[0]!];
  for (const step of steps.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = hasher.node(step, fr);
      sr = hasher.node(step, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else sr = hasher.node(sr, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr === beforeRoot && sr === root;
}

/** A tree that only grows and keeps no leaves: the roots of its complete subtrees, largest first. */
export class GrowingTree {
  private readonly subtrees: { size: number; hash: Hash }[] = [];
  size = 0;

  /** `tileHash` is told the root of every complete subtree of 256^level leaves, level above 0, as it is complete. */
  constructor(
    private readonly hasher: TreeHasher,
    private readonly tileHash: (level: number, index: number, hash: Hash) => void = () => undefined,
  ) {}

  add(leaf: Hash): void {
    let size = 1;
    let hash = leaf;
    let level = 0;
    for (let last = this.subtrees.at(-1); last?.size === size; last = this.subtrees.at(-1)) {
      hash = this.hasher.node(last.hash, hash);
      size *= 2;
      level++;
      this.subtrees.pop();
      if (level % 8 === 0) this.tileHash(level / 8, (this.size + 1) / size - 1, hash);
    }
    this.subtrees.push({ size, hash });
    this.size++;
  }

  root(): Hash {
    if (this.subtrees.length === 0) return this.hasher.empty;
    return this.subtrees.reduceRight(
      (right: Hash | undefined, { hash }) => (right === undefined ? hash : this.hasher.node(hash, right)),
      undefined,
    )!;
  }
}

function largestPowerBelow(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}

function isPowerOfTwo(size: number): boolean {
  return Number.isInteger(Math.log2(size));
}
