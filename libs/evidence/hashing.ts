import { createHash, hash as oneShot } from 'node:crypto';

/** SM3 (GB/T 32905) or SHA-256; both give 32 bytes. */
export type HashAlgorithm = 'sm3' | 'sha256';

export const HASH_BYTES = 32;

/** A hash as 32 characters below 256 (latin1): much cheaper to make and to compare by the hundred thousand than a buffer. */
export type Hash = string;

/** The hashes of an RFC 9162 tree (section 2.1.1), by the algorithm of the log. */
export interface TreeHasher {
  readonly algorithm: HashAlgorithm;
  /** Of the empty tree. */
  readonly empty: Hash;
  /** `H(0x00 || text)`, the text in UTF-8. */
  leaf(text: string): Hash;
  /** `H(0x01 || left || right)`. */
  node(left: Hash, right: Hash): Hash;
}

export function treeHasher(algorithm: HashAlgorithm): TreeHasher {
  const inner = Buffer.alloc(1 + 2 * HASH_BYTES);
  inner[0] = 1;
  return {
    algorithm,
    empty: oneShot(algorithm, '', 'binary'),
    leaf: (text) => oneShot(algorithm, `\0${text}`, 'binary'),
    node: (left, right) => {
      inner.write(left, 1, 'latin1');
      inner.write(right, 1 + HASH_BYTES, 'latin1');
      return oneShot(algorithm, inner, 'binary');
    },
  };
}

/** The digest of a text, in hexadecimal digits. */
export function digestOf(algorithm: HashAlgorithm, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

export function hexOf(hash: Hash): string {
  return Buffer.from(hash, 'latin1').toString('hex');
}

export function base64Of(hash: Hash): string {
  return Buffer.from(hash, 'latin1').toString('base64');
}

/** A hash from base64 as this program writes it; undefined for anything else, so that no two texts are one hash. */
export function hashFromBase64(text: string): Hash | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== HASH_BYTES || bytes.toString('base64') !== text) return undefined;
  return bytes.toString('latin1');
}
