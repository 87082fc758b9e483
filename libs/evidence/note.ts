import { createHash } from 'node:crypto';
import { SIGNATURE_BYTES, schemes, signingKeyIn, type Scheme } from './signature-schemes';

/** Who vouches for a note: a name and a public key, written `name+id+key` (C2SP signed-note, a "vkey"). */
export interface Verifier {
  name: string;
  /** The `name+id+key` text. */
  vkey: string;
  /** Whether the note carries a valid signature by this key. Signatures by other keys are passed by. */
  vouchesFor(note: string): boolean;
}

export interface Signer {
  verifier: Verifier;
  /** The text as a note with one signature. The text ends with a line feed. */
  signed(text: string): string;
}

const NAME = /^[^\s+]{1,200}$/;

/** Signs notes under the name with a key in PEM, Ed25519 or SM2. Throws where the key is another kind or the name does not fit. */
export function signerOf(name: string, pem: string): Signer {
  const { scheme, privateKey } = signingKeyIn(pem);
  const publicKey = scheme.publicKey(privateKey);
  const sign = scheme.signing(privateKey);
  const id = keyId(name, scheme, publicKey);
  return {
    verifier: verifierOfKey(name, scheme, publicKey),
    signed: (text) => {
      if (!text.endsWith('\n')) throw new Error('the text of a note ends with a line feed');
      const signature = Buffer.concat([id, sign(Buffer.from(text))]).toString('base64');
      return `${text}\n— ${name} ${signature}\n`;
    },
  };
}

/** The verifier behind a `name+id+key` text. Throws, saying what is wrong with it. */
export function verifierOf(vkey: string): Verifier {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const bytes = strictBase64(encoded);
  const scheme = schemes.find(
    ({ type, publicBytes }) =>
      bytes?.length === type.length + publicBytes && bytes.subarray(0, type.length).equals(type),
  );
  if (name === '' || !bytes || !scheme) {
    throw new Error(
      `not the text of a public key: expected name+id+key with an Ed25519 or SM2 key, got ${JSON.stringify(vkey.slice(0, 80))}`,
    );
  }
  const publicKey = bytes.subarray(scheme.type.length);
  if (keyId(name, scheme, publicKey).toString('hex') !== id) {
    throw new Error(`the id ${id} is not that of the key ${name}: a character of the key text was changed`);
  }
  return verifierOfKey(name, scheme, publicKey);
}

/** The text of a note without its signatures; undefined where it is no note. */
export function textOfNote(note: string): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  return lines.length > 0 && lines.every((line) => SIGNATURE.test(line)) ? note.slice(0, end + 1) : undefined;
}

const SIGNATURE = /^— (\S+) (\S+)$/;

function verifierOfKey(name: string, scheme: Scheme, publicKey: Buffer): Verifier {
  if (!NAME.test(name))
    throw new Error(`the name of a signer has no blank and no plus sign; got ${JSON.stringify(name)}`);
  const id = keyId(name, scheme, publicKey);
  const check = scheme.checking(publicKey);
  return {
    name,
    vkey: `${name}+${id.toString('hex')}+${Buffer.concat([scheme.type, publicKey]).toString('base64')}`,
    vouchesFor: (note) => {
      const text = textOfNote(note);
      if (text === undefined) return false;
      const signatures = note.slice(text.length + 1, -1).split('\n');
      return signatures.some((line) => {
        const [, signer, encoded = ''] = SIGNATURE.exec(line) ?? [];
        const signature = strictBase64(encoded);
        if (signer !== name || signature?.length !== id.length + SIGNATURE_BYTES) return false;
        if (!signature.subarray(0, id.length).equals(id)) return false;
        return check(Buffer.from(text), signature.subarray(id.length));
      });
    },
  };
}

function keyId(name: string, { type }: Scheme, publicKey: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(type).update(publicKey).digest().subarray(0, 4);
}

/** Bytes from base64 in the one way of writing them; a changed last character that stands for the same bytes is refused. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
