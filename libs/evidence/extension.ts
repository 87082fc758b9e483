import { algorithmOf, verifiedCheckpoint, type Checkpoint } from './checkpoint';
import type { EvidenceFile } from './evidence-file';
import { base64Of, hashFromBase64, treeHasher, type Hash } from './hashing';
import type { Verifier } from './note';
import { consistencyProof, isConsistent } from './tree';

/** More than a tree of 2^63 events needs (C2SP tlog-witness). */
const MOST_HASHES = 63;
const FORM = /^old (0|[1-9]\d{0,15})\n((?:[A-Za-z0-9+/=]+\n)*)\n([^]+)$/;

/**
 * What shows a witness, who does not have the log, that its first `before` events are still those of then: that size, the
 * consistency proof (RFC 9162, section 2.1.4) and the later checkpoint, as C2SP tlog-witness sends them. Throws `RangeError` where
 * the checkpoint stands for fewer events.
 */
export function extensionOf(evidence: EvidenceFile, before: number, later: { size: number; note: string }): string {
  const proof = consistencyProof(evidence.hashAt, evidence.hasher, before, later.size);
  return `old ${before}\n${proof.map((hash) => `${base64Of(hash)}\n`).join('')}\n${later.note}`;
}

/**
 * The later checkpoint of an extension, once the verifier vouches for it and for the one known before, and the proof leads from
 * that one to it. Throws, saying what is wrong.
 */
export function extendedBy(known: string, extension: string, verifier: Verifier): { note: string; size: number } {
  const before = verified(known, verifier, 'the checkpoint that is kept');
  const [, old, lines = '', note = ''] = FORM.exec(extension) ?? [];
  if (old === undefined)
    throw new Error('expected a line "old SIZE", the hashes of the proof, a blank line and a checkpoint');
  const proof = lines.split('\n').slice(0, -1).map(hashIn);
  if (proof.length > MOST_HASHES)
    throw new Error(`expected a proof of ${MOST_HASHES} hashes at most, got ${proof.length}`);
  const later = verified(note, verifier, 'the checkpoint of the extension');
  if (later.origin !== before.origin)
    throw new Error(`it is of another log: expected ${before.origin}, got ${later.origin}`);
  if (Number(old) !== before.size)
    throw new Error(`it goes on from ${old} events; the checkpoint that is kept stands for ${before.size}`);
  const algorithm = algorithmOf(later.origin);
  if (algorithm === undefined)
    throw new Error(`${later.origin} names no hash algorithm; expected sm3 or sha256 at its end`);
  const trees = { before: before.size, beforeRoot: before.root, size: later.size, root: later.root, proof };
  if (!isConsistent(treeHasher(algorithm), trees))
    throw new Error(`the log of ${later.size} events does not begin with the ${before.size} that were vouched for`);
  return { note, size: later.size };
}

function verified(note: string, verifier: Verifier, which: string): Checkpoint {
  const checkpoint = verifiedCheckpoint(note, verifier);
  if (!checkpoint) throw new Error(`${which} is not signed with the key ${verifier.name}`);
  return checkpoint;
}

function hashIn(line: string): Hash {
  const hash = hashFromBase64(line);
  if (hash === undefined) throw new Error(`not a hash of the proof: ${JSON.stringify(line.slice(0, 60))}`);
  return hash;
}
