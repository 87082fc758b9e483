import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A key and a certificate for it, signed by itself: enough for TLS on the loopback interface. PEM text. */
export interface SelfSigned {
  key: string;
  certificate: string;
}

/** Makes a fresh certificate for `localhost` and 127.0.0.1, valid from 2020 to 2049, trusted by whoever takes it as root. */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const body = toBeSigned(publicKey);
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, sequence(ecdsaWithSha256), bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

// X.509 version 3 (RFC 5280) in DER, as little of it as TLS asks for.
const ecdsaWithSha256 = objectId('2a8648ce3d040302');
const commonName = objectId('550403');
const basicConstraints = objectId('551d13');
const subjectAltName = objectId('551d11');

function toBeSigned(publicKey: KeyObject): Buffer {
  const name = sequence(set(sequence(commonName, tagged(0x0c, Buffer.from('test node')))));
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
  const dns = tagged(0x82, Buffer.from('localhost'));
  const ip = tagged(0x87, Buffer.from([127, 0, 0, 1]));
  const extensions = sequence(
    sequence(basicConstraints, boolean(true), octets(sequence(boolean(true)))),
    sequence(subjectAltName, octets(sequence(dns, ip))),
  );
  return sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(ecdsaWithSha256),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function set(...parts: Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

function integer(value: Buffer): Buffer {
  return tagged(0x02, value);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function octets(value: Buffer): Buffer {
  return tagged(0x04, value);
}

function bitString(value: Buffer): Buffer {
  return tagged(0x03, Buffer.from([0]), value);
}

function utcTime(value: string): Buffer {
  return tagged(0x17, Buffer.from(value));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}
