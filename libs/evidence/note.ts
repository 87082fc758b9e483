import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** Who vouches for a note: a name and an Ed25519 public key, written `name+id+key` (C2SP signed-note, a "vkey"). */
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

const ED25519 = 1;
/** An Ed25519 public key in DER is these bytes and the key. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const NAME = /^[^\s+]{1,200}$/;

/** A new Ed25519 private key as PEM (PKCS #8). */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Signs notes under the name with an Ed25519 key in PEM. Throws where the key is another kind or the name does not fit. */
export function signerOf(name: string, pem: string): Signer {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error(`the signing key is ${key.asymmetricKeyType ?? 'no key'}; expected an Ed25519 private key in PEM`);
  }
  const bytes = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI.length);
  const verifier = verifierOfBytes(name, bytes);
  const id = keyId(name, bytes);
  return {
    verifier,
    signed: (text) => {
      if (!text.endsWith('\n')) throw new Error('the text of a note ends with a line feed');
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64');
      return `${text}\n— ${name} ${signature}\n`;
    },
  };
}

/** The verifier behind a `name+id+key` text. Throws, saying what is wrong with it. */
export function verifierOf(vkey: string): Verifier {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const bytes = strictBase64(encoded);
  if (name === '' || bytes?.length !== 33 || bytes[0] !== ED25519) {
    throw new Error(
      `not the text of a public key: expected name+id+key with an Ed25519 key, got ${JSON.stringify(vkey.slice(0, 80))}`,
    );
  }
  const verifier = verifierOfBytes(name, bytes.subarray(1));
  if (keyId(name, bytes.subarray(1)).toString('hex') !== id) {
    throw new Error(`the id ${id} is not that of the key ${name}: a character of the key text was changed`);
  }
  return verifier;
}

/** The text of a note without its signatures; undefined where it is no note. */
export function textOfNote(note: string): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  return lines.length > 0 && lines.every((line) => SIGNATURE.test(line)) ? note.slice(0, end + 1) : undefined;
}

const SIGNATURE = /^— (\S+) (\S+)$/;

function verifierOfBytes(name: string, bytes: Buffer): Verifier {
  if (!NAME.test(name))
    throw new Error(`the name of a signer has no blank and no plus sign; got ${JSON.stringify(name)}`);
  const id = keyId(name, bytes);
  const key: KeyObject = createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });
  return {
    name,
    vkey: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([ED25519]), bytes]).toString('base64')}`,
    vouchesFor: (note) => {
      const text = textOfNote(note);
      if (text === undefined) return false;
      const signatures = note.slice(text.length + 1, -1).split('\n');
      return signatures.some((line) => {
        const [, signer, encoded = ''] = SIGNATURE.exec(line) ?? [];
        const signature = strictBase64(encoded);
        if (signer !== name || signature?.length !== 68 || !signature.subarray(0, 4).equals(id)) return false;
        return verify(null, Buffer.from(text), key, signature.subarray(4));
      });
    },
  };
}

function keyId(name: string, bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]))
    .update(bytes)
    .digest()
    .subarray(0, 4);
}

/** Bytes from base64 in the one way of writing them; a changed last character that stands for the same bytes is refused. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
