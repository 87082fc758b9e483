import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotPrinted, findPrinter, printedPdf } from '..';
import { EventNumbers } from './event-numbers';
import { escaped, printablePage } from './html';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const chromium = (() => {
  try {
    return findPrinter(undefined);
  } catch {
    return undefined;
  }
})();
const leftOver = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ledger-print-')).length;

describe('a page', () => {
  it('shows text as it is, and keeps days and rules on one line', () => {
    expect(escaped('<b> & "x" 2022-10-12（TL-2.2.2b）2022-10')).toBe(
      '&#60;b&#62; &#38; &#34;x&#34; <span class="nb">2022-10-12</span>（<span class="nb">TL-2.2.2b</span>）<span class="nb">2022-10</span>',
    );
    expect(escaped('a349c09f-c1d8-4996-8913-2b553bef4670')).toBe('a349c09f-c1d8-4996-8913-2b553bef4670');
    expect(printablePage('<x>', 'zh', '')).toContain('<title>&#60;x&#62;</title>');
  });

  it('names many events by runs of numbers, and one that is not on it by its id', () => {
    const numbers = new EventNumbers(['a', 'b', 'c', 'd', 'e']);
    expect(numbers.words(['d', 'b', 'c', 'a'], 'zh')).toBe('1–4');
    expect(numbers.words(['e', 'b', 'a', 'z'], 'en')).toBe('1–2, 5, z');
    expect([numbers.word('e', 'zh'), numbers.word('z', 'en')]).toEqual(['事件 5', 'event z']);
  });
});

describe('printing as PDF', () => {
  it('takes the browser that is named, or the first known in PATH, and says when there is none', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'chromium'), 'not a program');
    expect(() => findPrinter(undefined, { PATH: bin })).toThrow(NotPrinted);
    expect(() => findPrinter(undefined, {})).toThrow(/LEDGER_CHROMIUM/);
    expect(() => findPrinter(join(bin, 'chromium'), {})).toThrow(/there is no program/);
    const named = program('bin/google-chrome', 'true');
    expect(findPrinter(undefined, { PATH: `/nowhere:${bin}` })).toBe(named);
    expect(findPrinter('', { PATH: bin })).toBe(named);
  });

  it('says what went wrong, stops a browser that hangs with all it started, and leaves nothing behind', async () => {
    const before = leftOver();
    const run = (script: string, timeoutMs?: number) =>
      printedPdf('<p>', { program: program('browser', script), sandbox: false, timeoutMs });
    await expect(run('echo "no display" >&2; exit 1')).rejects.toThrow(/made no PDF: no display/);
    await expect(run('echo "No usable sandbox!" >&2; exit 1')).rejects.toThrow(/LEDGER_CHROMIUM_SANDBOX=off/);
    await expect(
      run('for a in "$@"; do case "$a" in --print-to-pdf=*) echo html > "${a#--print-to-pdf=}";; esac; done'),
    ).rejects.toThrow(NotPrinted);
    const mark = join(folder, 'survived');
    await expect(run(`(sleep 1; touch ${mark}) & sleep 60`, 300)).rejects.toThrow(/took longer than 0.3 s/);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(existsSync(mark)).toBe(false);
    await expect(printedPdf('<p>', { program: join(folder, 'gone'), sandbox: false })).rejects.toThrow(
      /cannot be started/,
    );
    expect(leftOver()).toBe(before);
  });

  // A machine without a browser has nothing to try; finding none is tried above.
  if (chromium !== undefined) {
    it('by the Chromium of this machine gives a PDF of the page', async () => {
      const page = printablePage('试', 'zh', '<p>待遇核定说明</p>');
      const pdf = await printedPdf(page, { program: chromium, timeoutMs: 60_000 });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.subarray(-6).toString()).toContain('%%EOF');
    }, 90_000);
  }
});
