import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCheckpoint } from './checkpoint';
import { EvidenceFile } from './evidence-file';
import { extendedBy, extensionOf } from './extension';
import { treeHasher } from './hashing';
import { signerOf } from './note';
import { newSigningKey } from './signature-schemes';

const hasher = treeHasher('sm3');
const origin = 'log.example/sm3';
const signer = signerOf('log.example', newSigningKey());
const MOST = 600;

let folder: string;
let evidence: EvidenceFile;
let other: EvidenceFile;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'extension-'));
  const filled = (name: string, changed: number) => {
    const file = EvidenceFile.open(join(folder, name), origin);
    const leaves = Array.from({ length: MOST }, (_, n) => ({
      hash: hasher.leaf(n === changed ? 'another' : `event ${n}`),
      position: BigInt(n + 1),
    }));
    file.append(0, leaves);
    return file;
  };
  evidence = filled('log.sqlite', -1);
  other = filled('other.sqlite', 250);
});
afterAll(() => {
  evidence.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

const checkpoint = (size: number, of = evidence, by = signer, named = origin) =>
  signCheckpoint(
    { origin: named, size, root: of.rootAt(size), position: BigInt(size), signedAt: '2025-01-10T09:00:00.000+08:00' },
    by,
  );
const extension = (before: number, size: number, of = evidence, note = checkpoint(size, of)) =>
  extensionOf(of, before, { size, note });
const take = (before: number, text: string) => extendedBy(checkpoint(before), text, signer.verifier);

describe('what a witness without the log is shown', () => {
  it.each([
    [0, 600],
    [1, 600],
    [255, 256],
    [256, 600],
    [257, 511],
    [512, 513],
    [600, 600],
    [3, 7],
  ])('the log of %i events goes on to %i', (before, size) => {
    expect(take(before, extension(before, size))).toEqual({ size, note: checkpoint(size) });
  });

  it('a log that was changed among what was vouched for does not', () => {
    expect(() => take(251, extension(251, 600, other))).toThrow('does not begin with the 251');
    expect(take(250, extension(250, 600, other)).size).toBe(600);
  });

  it('says what is wrong', () => {
    const stranger = signerOf('log.example', newSigningKey());
    const good = extension(100, 600);
    expect(() => take(99, good)).toThrow('goes on from 100 events; the checkpoint that is kept stands for 99');
    expect(() => take(100, extension(100, 600, evidence, checkpoint(600, evidence, stranger)))).toThrow('not signed');
    expect(() => extendedBy(checkpoint(100, evidence, stranger), good, signer.verifier)).toThrow('that is kept');
    const elsewhere = checkpoint(600, evidence, signer, 'log.elsewhere/sm3');
    expect(() => take(100, extension(100, 600, evidence, elsewhere))).toThrow('expected log.example/sm3');
    expect(() => take(100, 'nothing')).toThrow('expected a line "old SIZE"');
    expect(() => take(100, good.replace(/\n[^\n]+\n/, '\nAAAA\n'))).toThrow('not a hash');
    const many = good.replace('\n\n', `\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n`);
    expect(() => take(100, many)).toThrow('63 hashes at most');
    expect(() => extension(601, 600)).toThrow(RangeError);
  });

  it('is refused with any one character changed', () => {
    const good = extension(100, 600);
    for (let at = 0; at < good.length; at++) {
      const changed = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
      expect(() => take(100, changed)).toThrow();
      expect(() => take(100, good.slice(0, at) + good.slice(at + 1))).toThrow();
    }
  });
});
