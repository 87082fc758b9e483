import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { hexOf, treeHasher, type Hash, type TreeHasher } from './hashing';
import { GrowingTree, consistencyProof, inclusionProof, isConsistent, isIncluded } from './tree';

const sha = treeHasher('sha256');
const sm3 = treeHasher('sm3');

/** The definition of RFC 9162, section 2.1.1, word for word. */
function rootByDefinition(hasher: TreeHasher, leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return hasher.empty;
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hasher.node(rootByDefinition(hasher, leaves.slice(0, k)), rootByDefinition(hasher, leaves.slice(k)));
}

function reader(hasher: TreeHasher, leaves: readonly Hash[]) {
  return (level: number, index: number): Hash =>
    rootByDefinition(hasher, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
}
const leavesOf = (hasher: TreeHasher, count: number) =>
  Array.from({ length: count }, (_, i) => hasher.leaf(`event ${i}`));

describe('the hashes', () => {
  it('are SM3 as GB/T 32905 has it, and SHA-256', () => {
    expect(createHash('sm3').update('abc').digest('hex')).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
    for (const hasher of [sm3, sha]) {
      const of = (bytes: Buffer) => createHash(hasher.algorithm).update(bytes).digest('hex');
      const [a, b] = [hasher.leaf('甲乙'), hasher.leaf('')];
      expect(hexOf(a)).toBe(of(Buffer.concat([Buffer.from([0]), Buffer.from('甲乙')])));
      const node = Buffer.concat([Buffer.from([1]), Buffer.from(hexOf(a), 'hex'), Buffer.from(hexOf(b), 'hex')]);
      expect(hexOf(hasher.node(a, b))).toBe(of(node));
      expect(hexOf(hasher.empty)).toBe(of(Buffer.alloc(0)));
    }
  });

  it('give the roots of the test tree that logs of certificates are checked with', () => {
    const tree = new GrowingTree(sha);
    const binary = (hex: string) => {
      const bytes = Buffer.concat([Buffer.from([0]), Buffer.from(hex, 'hex')]);
      return createHash('sha256').update(bytes).digest('binary');
    };
    const roots = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ].map((hex) => {
      tree.add(binary(hex));
      return hexOf(tree.root());
    });
    expect(roots[0]).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(roots[7]).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });
});

describe('a tree', () => {
  it('that grows has at every size the root of the definition', () => {
    const leaves = leavesOf(sm3, 70);
    const tree = new GrowingTree(sm3);
    expect(tree.root()).toBe(sm3.empty);
    leaves.forEach((leaf, index) => {
      tree.add(leaf);
      expect(tree.root()).toBe(rootByDefinition(sm3, leaves.slice(0, index + 1)));
    });
  });

  it('proves that a leaf is in it, and only that leaf, there', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = leavesOf(sha, size);
      const root = rootByDefinition(sha, leaves);
      for (let leaf = 0; leaf < size; leaf++) {
        const proof = inclusionProof(reader(sha, leaves), sha, leaf, size);
        const claim = { leaf, size, hash: leaves[leaf]!, proof, root };
        expect(isIncluded(sha, claim)).toBe(true);
        expect(isIncluded(sha, { ...claim, hash: sha.leaf('another') })).toBe(false);
        expect(isIncluded(sha, { ...claim, root: sha.leaf('another') })).toBe(false);
        expect(isIncluded(sha, { ...claim, leaf: size })).toBe(false);
        expect(isIncluded(sha, { ...claim, proof: [...proof, sha.empty] })).toBe(false);
        if (size > 1) {
          expect(isIncluded(sha, { ...claim, leaf: (leaf + 1) % size })).toBe(false);
          expect(isIncluded(sha, { ...claim, proof: proof.slice(1) })).toBe(false);
        }
      }
    }
  });

  it('proves that it began as a smaller one, and no other', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = leavesOf(sha, size);
      const root = rootByDefinition(sha, leaves);
      for (let before = 0; before <= size; before++) {
        const beforeRoot = rootByDefinition(sha, leaves.slice(0, before));
        const proof = consistencyProof(reader(sha, leaves), sha, before, size);
        const claim = { before, beforeRoot, size, root, proof };
        expect(isConsistent(sha, claim)).toBe(true);
        expect(isConsistent(sha, { ...claim, beforeRoot: sha.leaf('another') })).toBe(false);
        if (before > 0) expect(isConsistent(sha, { ...claim, root: sha.leaf('another') })).toBe(false);
        expect(isConsistent(sha, { ...claim, proof: [...proof, sha.empty] })).toBe(false);
      }
    }
  });

  it('of any size is proved with any change found', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), (size, pick, step) => {
        const leaves = leavesOf(sm3, size);
        const root = rootByDefinition(sm3, leaves);
        const leaf = pick % size;
        const proof = inclusionProof(reader(sm3, leaves), sm3, leaf, size);
        const claim = { leaf, size, hash: leaves[leaf]!, proof, root };
        expect(isIncluded(sm3, claim)).toBe(true);
        if (proof.length > 0) {
          const changed = proof.map((hash, index) => (index === step % proof.length ? sm3.leaf('x') : hash));
          expect(isIncluded(sm3, { ...claim, proof: changed })).toBe(false);
        }
        const before = pick % (size + 1);
        const consistency = consistencyProof(reader(sm3, leaves), sm3, before, size);
        const beforeRoot = rootByDefinition(sm3, leaves.slice(0, before));
        expect(isConsistent(sm3, { before, beforeRoot, size, root, proof: consistency })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
