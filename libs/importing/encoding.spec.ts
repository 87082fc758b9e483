import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectEncoding, textOf } from './encoding';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-encoding-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PIECE = 256 * 1024;
const textIn = async (file: string, encoding: 'utf-8' | 'gb18030') => {
  let text = '';
  for await (const piece of textOf(file, encoding)) text += piece;
  return text;
};

test('a character is told from a broken one wherever the pieces of a file meet', async () => {
  const file = join(folder, 'meeting.csv');
  for (const character of ['张', '𠮷', 'é', 'x']) {
    const { length } = Buffer.from(character);
    for (let before = 0; before <= length; before++) {
      const text = `${'a'.repeat(PIECE - before)}${character}${'b'.repeat(PIECE)}${character}`;
      writeFileSync(file, text);
      expect([character, before, await detectEncoding(file)]).toEqual([character, before, 'utf-8']);
      expect((await textIn(file, 'utf-8')) === text).toBe(true);
      const bytes = Buffer.from(text);
      if (length === 1) continue;
      writeFileSync(file, bytes.subarray(0, -1));
      expect([character, before, 'cut', await detectEncoding(file)]).toEqual([character, before, 'cut', 'gb18030']);
      writeFileSync(file, Buffer.concat([bytes.subarray(0, PIECE - before), bytes.subarray(PIECE - before + 1)]));
      expect([character, before, 'headless', await detectEncoding(file)]).toEqual([
        character,
        before,
        'headless',
        'gb18030',
      ]);
    }
  }
});

test.each<[string, Buffer, 'utf-8' | 'gb18030']>([
  ['nothing', Buffer.alloc(0), 'utf-8'],
  ['a byte order mark', Buffer.from('\uFEFFa'), 'utf-8'],
  ['half of a pair', Buffer.from([0xed, 0xa0, 0x80]), 'gb18030'],
  ['a character written longer than needed', Buffer.from([0xc0, 0xaf]), 'gb18030'],
  ['one byte that begins four', Buffer.from([0xf0]), 'gb18030'],
  ['three bytes that begin nothing', Buffer.from([0x80, 0x80, 0x80]), 'gb18030'],
  ['铁岭 as it was written for decades', Buffer.from([0xcc, 0xfa, 0xc1, 0xeb]), 'gb18030'],
])('%s', async (_, bytes, encoding) => {
  const file = join(folder, 'some.csv');
  writeFileSync(file, bytes);
  expect(await detectEncoding(file)).toBe(encoding);
});
