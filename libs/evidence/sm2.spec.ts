import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader } from '../event-store';
import { fillLog } from './bench-log';
import { newSigningKey, schemes, signingKeyIn } from './signature-schemes';
import { EvidenceFile, Sealer, makeKey, signerOf, textOfNote, verifierOf, verifyLog } from '.';

const scheme = schemes.find(({ name }) => name === 'sm2')!;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sm2-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs openssl; undefined where this machine’s does not know SM2. */
function openssl(...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  return error ? undefined : { status, out: stdout + stderr };
}
const knowsSm2 = (openssl('list', '-public-key-algorithms')?.out ?? '').includes('SM2');

/** GB/T 32918.5-2017, annex A.2: the curve’s own example, signer 1234567812345678, text “message digest”. */
const standard = {
  key: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
  point:
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
};
const hex = (text: string) => Buffer.from(text, 'hex');
const holds = (text: Buffer, signature: Buffer, key: Buffer) => scheme.checking(key)(text, signature);

/** r ‖ s as the DER that openssl and GM/T 0009 write: SEQUENCE of two INTEGERs. */
function derOf(signature: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    let at = 0;
    while (at < bytes.length - 1 && bytes[at] === 0) at++;
    const short = bytes.subarray(at);
    const value = short[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short;
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  };
  const both = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}

function plainOf(der: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 2; at < der.length;) {
    const length = der[at + 1]!;
    const value = der.subarray(at + 2, at + 2 + length);
    parts.push(Buffer.concat([Buffer.alloc(33), value]).subarray(-32));
    at += 2 + length;
  }
  return Buffer.concat(parts);
}

describe('SM2', () => {
  it('is that of the standard’s example', () => {
    expect(scheme.publicKey(hex(standard.key)).toString('hex')).toBe(standard.point);
    expect(holds(Buffer.from('message digest'), hex(standard.signature), hex(standard.point))).toBe(true);
    expect(holds(Buffer.from('message digesu'), hex(standard.signature), hex(standard.point))).toBe(false);
  });

  it('takes no number outside the group, no other sign of it, and no point beside the curve', () => {
    const text = Buffer.from('message digest');
    const [r, s] = [standard.signature.slice(0, 64), standard.signature.slice(64)];
    const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
    const zero = '0'.repeat(64);
    const other = (number: string) => (order - BigInt(`0x${number}`)).toString(16).padStart(64, '0');
    for (const wrong of [
      zero + s,
      r + zero,
      zero + zero,
      r + order.toString(16),
      order.toString(16) + s,
      r + 'f'.repeat(64),
      r + other(s),
      other(r) + s,
      s + r,
    ]) {
      expect(holds(text, hex(wrong), hex(standard.point))).toBe(false);
    }
    expect(holds(text, hex(standard.signature), hex(`${standard.point.slice(0, -2)}14`))).toBe(false);
    expect(holds(text, hex(standard.signature), Buffer.alloc(65))).toBe(false);
  });

  if (knowsSm2) {
    it('is understood by openssl, and understands it', () => {
      const pem = newSigningKey('sm2');
      const { privateKey } = signingKeyIn(pem);
      writeFileSync(join(folder, 'key.pem'), pem);
      expect(openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'public.pem')).toMatchObject({ status: 0 });
      const text = Buffer.from('enrollment-ledger/sm3\n5\n待遇核定\n');
      writeFileSync(join(folder, 'text'), text);

      writeFileSync(join(folder, 'ours.der'), derOf(scheme.signing(privateKey)(text)));
      const user = ['-sigopt', 'distid:1234567812345678'];
      expect(
        openssl('dgst', '-sm3', ...user, '-verify', 'public.pem', '-signature', 'ours.der', 'text')?.out,
      ).toContain('Verified OK');

      expect(openssl('dgst', '-sm3', ...user, '-sign', 'key.pem', '-out', 'theirs.der', 'text')).toMatchObject({
        status: 0,
      });
      const theirs = plainOf(readFileSync(join(folder, 'theirs.der')));
      expect(holds(text, theirs, scheme.publicKey(privateKey))).toBe(true);

      expect(openssl('genpkey', '-algorithm', 'SM2', '-out', 'made.pem')).toMatchObject({ status: 0 });
      const made = signerOf('made-by-openssl', readFileSync(join(folder, 'made.pem'), 'utf8'));
      expect(verifierOf(made.verifier.vkey).vouchesFor(made.signed('x\n'))).toBe(true);
    });
  }
});

describe('a note signed with SM2', () => {
  const signer = signerOf('court-log', newSigningKey('sm2'));

  it('is believed by its key text alone, and not with any one character changed', () => {
    const note = signer.signed('court-log/sm3\n5\n');
    const verifier = verifierOf(signer.verifier.vkey);
    // Over and over: the key is made ready on the way.
    for (let time = 0; time < 30; time++) expect(verifier.vouchesFor(note)).toBe(true);
    expect(textOfNote(note)).toBe('court-log/sm3\n5\n');
    for (let at = 0; at < note.length; at += 3) {
      const other = note[at] === 'A' ? 'B' : 'A';
      expect(verifier.vouchesFor(note.slice(0, at) + other + note.slice(at + 1))).toBe(false);
    }
    expect(verifierOf(signerOf('court-log', newSigningKey('sm2')).verifier.vkey).vouchesFor(note)).toBe(false);
    expect(verifierOf(signerOf('court-log', newSigningKey()).verifier.vkey).vouchesFor(note)).toBe(false);
  });

  it('a key text with a changed character is no key, and a damaged or foreign key file is refused', () => {
    const { vkey } = signer.verifier;
    for (let at = 0; at < vkey.length; at++) {
      const changed = vkey.slice(0, at) + (vkey[at] === 'b' ? 'c' : 'b') + vkey.slice(at + 1);
      expect(() => verifierOf(changed)).toThrow(/key/);
    }
    const body = newSigningKey('sm2').split('\n').slice(1, -2).join('');
    const der = Buffer.from(body, 'base64');
    der[60]! ^= 1;
    const damaged = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
    expect(() => signerOf('log', damaged)).toThrow('does not belong to it');
    const { privateKey } = jest
      .requireActual<typeof import('node:crypto')>('node:crypto')
      .generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const foreign = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const pem of [foreign, '', 'x', newSigningKey('sm2').replace('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')]) {
      expect(() => signerOf('log', pem)).toThrow(/expected an Ed25519 or SM2 private key/);
    }
  });
});

it('a log is sealed with SM2, and checked by its key text', async () => {
  const store = join(folder, 'events.sqlite');
  await fillLog(store, 600);
  const place = { file: join(folder, 'evidence.sqlite'), keyFile: join(folder, 'key.pem'), name: 'agency-log' };
  const sealer = Sealer.open({ ...place, signature: 'sm2' });
  expect(statSync(place.keyFile).mode & 0o777).toBe(0o600);
  const reader = openEmbeddedReader({ file: store });
  await sealer.catchUp(reader, '2025-01-10T10:00:00.000+08:00');
  const { vkey } = sealer;
  sealer.close();
  expect(() => Sealer.open({ ...place, signature: 'ed25519' })).toThrow('signs with sm2, not with ed25519');
  expect(() => makeKey(place.keyFile)).toThrow(/EEXIST/);

  const evidence = EvidenceFile.read(place.file);
  expect(await verifyLog({ reader, evidence, verifier: verifierOf(vkey) })).toMatchObject({
    intact: true,
    sealed: 600,
  });
  const thief = signerOf('agency-log', newSigningKey('sm2')).verifier;
  const { findings } = await verifyLog({ reader, evidence, verifier: thief });
  expect(findings.map(({ kind }) => kind)).toEqual(['badCheckpoint']);
  evidence.close();
  await reader.close();
});
