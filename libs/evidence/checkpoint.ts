import { base64Of, hashFromBase64, type Hash, type HashAlgorithm } from './hashing';
import { textOfNote, type Signer, type Verifier } from './note';

/** What a log vouches for at one size: its root, and where its last event stands (C2SP tlog-checkpoint, with two more lines). */
export interface Checkpoint {
  /** The name of the log; it ends with its hash algorithm. */
  origin: string;
  size: number;
  root: Hash;
  /** Position of the last event; 0 of an empty log. */
  position: bigint;
  /** When it was signed. */
  signedAt: string;
}

/** The signed note of a checkpoint. */
export function signCheckpoint({ origin, size, root, position, signedAt }: Checkpoint, signer: Signer): string {
  return signer.signed(`${origin}\n${size}\n${base64Of(root)}\nposition ${position}\nsigned ${signedAt}\n`);
}

/** The checkpoint that a note says, without looking at its signature; undefined where it says none. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const text = textOfNote(note);
  const match = FORM.exec(text ?? '');
  if (!match) return undefined;
  const [, origin = '', size = '', encoded = '', position = '', signedAt = ''] = match;
  const root = hashFromBase64(encoded);
  if (root === undefined || !Number.isSafeInteger(Number(size))) return undefined;
  return { origin, size: Number(size), root, position: BigInt(position), signedAt };
}

/** The checkpoint of a note that the verifier vouches for; undefined otherwise. */
export function verifiedCheckpoint(note: string, verifier: Verifier): Checkpoint | undefined {
  return verifier.vouchesFor(note) ? readCheckpoint(note) : undefined;
}

export function originOf(log: string, algorithm: HashAlgorithm): string {
  return `${log}/${algorithm}`;
}

/** The hash algorithm that a log's origin names. */
export function algorithmOf(origin: string): HashAlgorithm | undefined {
  const name = origin.slice(origin.lastIndexOf('/') + 1);
  return name === 'sm3' || name === 'sha256' ? name : undefined;
}

const FORM = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]+)\nposition (0|[1-9]\d{0,18})\nsigned ([0-9T:.+-]+)\n$/;
