import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';

/** Ed25519 (RFC 8032), or SM2 (GB/T 32918.2, curve and digest SM3 of GB/T 32918.5). */
export type SignatureScheme = 'ed25519' | 'sm2';

/** How notes are signed by one kind of key. Signatures of either kind are 64 bytes: Ed25519’s own, SM2’s as r ‖ s. */
export interface Scheme {
  name: SignatureScheme;
  /** Before the public key in its text (C2SP signed-note: 0x01 Ed25519; 0xff and a name for others). */
  type: Buffer;
  publicBytes: number;
  /** The public key that belongs to a private one. */
  publicKey(privateKey: Buffer): Buffer;
  /** What signs texts with a private key. */
  signing(privateKey: Buffer): (text: Buffer) => Buffer;
  /** What checks signatures by a public key, made ready for many; false also where key or signature are none. */
  checking(publicKey: Buffer): (text: Buffer, signature: Buffer) => boolean;
}

export const SIGNATURE_BYTES = 64;

/** An Ed25519 public key in DER is these bytes and the key; a private one these and the seed. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const ed25519: Scheme = {
  name: 'ed25519',
  type: Buffer.from([1]),
  publicBytes: 32,
  publicKey: (seed) =>
    createPublicKey(ed25519Private(seed)).export({ type: 'spki', format: 'der' }).subarray(ED25519_SPKI.length),
  signing: (seed) => {
    const key = ed25519Private(seed);
    return (text) => sign(null, text, key);
  },
  checking: (bytes) => {
    const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' });
    return (text, signature) => verify(null, text, key, signature);
  },
};

function ed25519Private(seed: Buffer) {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** A private key of the SM2 curve in PKCS #8 is these bytes, the number, and after four more the point. */
const SM2_PKCS8 = Buffer.from('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420', 'hex');
const SM2_POINT = Buffer.from('a144034200', 'hex');
/** The distinguishing identifier of the signer that GM/T 0009 gives where nothing else is agreed. */
const SM2_USER = '1234567812345678';
/** The order of the group; r and s lie between 0 and it. */
const SM2_ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

const sm2Scheme: Scheme = {
  name: 'sm2',
  type: Buffer.concat([Buffer.from([0xff]), Buffer.from('GB/T 32918 SM2', 'ascii')]),
  publicBytes: 65,
  publicKey: (key) => Buffer.from(sm2.getPublicKeyFromPrivateKey(key.toString('hex')), 'hex'),
  signing: (key) => (text) =>
    Buffer.from(sm2.doSignature(text, key.toString('hex'), { hash: true, userId: SM2_USER }), 'hex'),
  checking: (bytes) => {
    const hex = bytes.toString('hex');
    let uses = 0;
    let ready: ReturnType<typeof sm2.precomputePublicKey> | undefined;
    return (text, signature) => {
      if (![signature.subarray(0, 32), signature.subarray(32)].every(isSm2Number)) return false;
      try {
        if (++uses > USES_WORTH_IT) ready ??= sm2.precomputePublicKey(hex);
        return sm2.doVerifySignature(text, signature.toString('hex'), ready ?? hex, { hash: true, userId: SM2_USER });
      } catch {
        // A point that is not on the curve.
        return false;
      }
    };
  },
};

/** Making a key ready takes ten checks’ work, and each is six times as fast afterwards: for the checkpoints of a long log. */
const USES_WORTH_IT = 20;

function isSm2Number(bytes: Buffer): boolean {
  const number = BigInt(`0x${bytes.toString('hex')}`);
  return number > 0n && number < SM2_ORDER;
}

export const schemes: readonly Scheme[] = [ed25519, sm2Scheme];

/** A new private key as PEM (PKCS #8), as openssl reads it too. */
export function newSigningKey(scheme: SignatureScheme = 'ed25519'): string {
  if (scheme === 'ed25519') {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  const der = Buffer.concat([SM2_PKCS8, Buffer.from(privateKey, 'hex'), SM2_POINT, Buffer.from(publicKey, 'hex')]);
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** The private key of a PEM and how it signs. Throws where it is another kind. */
export function signingKeyIn(pem: string): { scheme: Scheme; privateKey: Buffer } {
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  const der = Buffer.from(body ?? '', 'base64');
  if (der.subarray(0, ED25519_PKCS8.length).equals(ED25519_PKCS8) && der.length === ED25519_PKCS8.length + 32) {
    return { scheme: ed25519, privateKey: der.subarray(ED25519_PKCS8.length) };
  }
  const point = SM2_PKCS8.length + 32;
  const isSm2 =
    der.length === point + SM2_POINT.length + sm2Scheme.publicBytes &&
    der.subarray(0, SM2_PKCS8.length).equals(SM2_PKCS8) &&
    der.subarray(point, point + SM2_POINT.length).equals(SM2_POINT);
  if (isSm2) {
    const privateKey = der.subarray(SM2_PKCS8.length, point);
    const named = der.subarray(point + SM2_POINT.length);
    if (isSm2Number(privateKey) && sm2Scheme.publicKey(privateKey).equals(named))
      return { scheme: sm2Scheme, privateKey };
    throw new Error('the signing key is damaged: its public point does not belong to it');
  }
  throw new Error(
    'the signing key is none that is known here; expected an Ed25519 or SM2 private key, unencrypted, as PEM (PKCS #8, BEGIN PRIVATE KEY)',
  );
}
