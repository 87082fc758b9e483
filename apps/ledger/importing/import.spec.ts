import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader } from '../../../libs/event-store';
import { ledger } from '../testing/ledger-process';

/** `ledger import` as a process of its own: what it ends with, and what is left when it is killed. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-import-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEADER =
  'psn_no,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt,psn_clct_amt,opt_time';

/** Payments, among them rows that are refused, rows said twice, and reversals before and behind their payments. */
function extract(persons: number, months: number): string {
  const rows: string[] = [HEADER];
  for (let person = 0; person < persons; person++) {
    for (let month = 0; month < months; month++) {
      const year = 2010 + Math.floor(month / 12);
      const fee = `${year}${String((month % 12) + 1).padStart(2, '0')}`;
      const on = `${fee.slice(0, 4)}-${fee.slice(4)}-10`;
      const row = (flag: string, amount: string) =>
        `P${person},310,1101,211200,${fee},${fee},${on},10,1,${flag},${amount},120.00,${on} 18:00:00`;
      if (month === 3 && person % 5 === 0) rows.push(row('-', '-480.00'));
      rows.push(row('Z', '480.00'));
      if (month === 4 && person % 7 === 0) rows.push(row('Z', '480.00'));
      if (month === 5 && person % 9 === 0) rows.push(row('Z', '48,0'));
      if (month === 6 && person % 11 === 0) rows.push(row('-', '-481.00'));
    }
  }
  return `${rows.join('\n')}\n`;
}

/** Every event without the moment at which it was recorded, stream by stream; a migrated one with it. */
async function contentOf(data: string): Promise<string> {
  const store = openEmbeddedReader({ file: join(data, 'events.sqlite') });
  const streams = new Map<string, string[]>();
  for await (const batch of store.readAll()) {
    for (const { stream, id, type, data: said, metadata, recordedAt } of batch) {
      const own = metadata['migratedFrom'] === undefined ? '' : recordedAt;
      streams.set(stream, [...(streams.get(stream) ?? []), JSON.stringify([id, type, said, own])]);
    }
  }
  await store.close();
  return createHash('sha256')
    .update(JSON.stringify([...streams].sort()))
    .digest('hex');
}

/** Runs the import and kills it when so many lines of progress have come; says whether it was still alive then. */
function importKilledAfter(lines: number, args: readonly string[]): Promise<'killed' | 'ended'> {
  const program = join(__dirname, '..', 'main.ts');
  const child = spawn(
    process.execPath,
    ['-r', join(__dirname, '..', 'testing', 'register-typescript.cjs'), program, 'import', ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let seen = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    if (seen.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((resolve) =>
    child.once('close', (_code, signal) => resolve(signal === null ? 'ended' : 'killed')),
  );
}

interface Summary {
  rows: number;
  recorded: number;
  already: number;
  refused: number;
  events: number;
  resumedAfter?: number;
}
const counts = ({ rows, recorded, already, refused, events }: Summary) => ({
  rows,
  recorded,
  already,
  refused,
  events,
});

describe.each([
  ['as it comes', [], () => [2, 1, 1]],
  // It reads everything before it records.
  ['in the order of its history', ['--migrated-from', 'core'], (read: number) => [read + 1, read + 1]],
])('an import %s that is killed', (_, options, linesUntil) => {
  it('goes on where it was: nothing is doubled, nothing is lost, and it counts as if it had never been stopped', async () => {
    const file = join(folder, 'payments.csv');
    writeFileSync(file, extract(520, 90));
    const whole = ledger(['import', file, '--store', join(folder, 'whole'), '--json', '--quiet', ...options]);
    const wanted = JSON.parse(whole.out) as Summary;
    expect(whole.status).toBe(1);
    expect(wanted.recorded + wanted.already + wanted.refused).toBe(wanted.rows);
    const refused = readFileSync(`${file}.refused.csv`, 'utf8');
    rmSync(`${file}.refused.csv`);

    const data = join(folder, 'killed');
    const args = [file, '--store', data, ...options];
    for (const lines of linesUntil(Math.floor(wanted.rows / 10_000)))
      expect(await importKilledAfter(lines, args)).toBe('killed');
    expect(existsSync(`${file}.unfinished.json`)).toBe(true);

    const ended = ledger(['import', ...args, '--json', '--quiet']);
    const summary = JSON.parse(ended.out) as Summary;
    expect({ ...counts(summary), status: ended.status }).toEqual({ ...counts(wanted), status: 1 });
    expect(summary.resumedAfter).toBeGreaterThan(0);
    expect(readFileSync(`${file}.refused.csv`, 'utf8')).toBe(refused);
    expect(await contentOf(data)).toBe(await contentOf(join(folder, 'whole')));
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  }, 300_000);
});

test('a journal counts for the store it was kept for only, and for the files as they were', () => {
  const file = join(folder, 'payments.csv');
  writeFileSync(file, extract(20, 10));
  const first = ledger(['import', file, '--store', join(folder, 'first'), '--json', '--quiet']);
  const events = (JSON.parse(first.out) as Summary).events;
  const journal = `${file}.unfinished.json`;
  const forged = { job: 'x', phase: 'rows', file: 1, rows: 0, since: '0', files: [] };
  writeFileSync(journal, JSON.stringify(forged));
  const other = ledger(['import', file, '--store', join(folder, 'other'), '--json', '--quiet']);
  expect(JSON.parse(other.out)).toMatchObject({ events });
  expect(JSON.parse(other.out)).not.toHaveProperty('resumedAfter');
  writeFileSync(journal, '{"job":');
  expect(ledger(['import', file, '--store', join(folder, 'third'), '--json', '--quiet']).status).toBe(1);
});

describe('ledger import ends with', () => {
  const clean = () => {
    const file = join(folder, 'clean.csv');
    writeFileSync(file, extract(1, 3));
    return file;
  };

  it('0 where every row is recorded or was there, 1 where rows were refused, 2 where a file is refused whole', () => {
    const store = ['--store', join(folder, 'data'), '--quiet'];
    expect(ledger(['import', clean(), ...store]).status).toBe(0);
    expect(ledger(['import', clean(), ...store]).status).toBe(0);
    const some = join(folder, 'some.csv');
    writeFileSync(some, extract(1, 6));
    expect(ledger(['import', some, ...store]).status).toBe(1);
    expect(ledger(['import', clean(), join(folder, 'nowhere.csv'), ...store]).status).toBe(2);
  });

  it('the same when its pattern finds the list of an earlier run, which it leaves out aloud', () => {
    cpSync(clean(), join(folder, 'a.csv'));
    writeFileSync(join(folder, 'b.csv'), extract(1, 6));
    const all = () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.csv') && name !== 'clean.csv')
        .map((name) => join(folder, name));
    const store = ['--store', join(folder, 'data'), '--json', '--quiet', '--lang', 'en'];
    const first = ledger(['import', ...all(), ...store]);
    expect(all()).toHaveLength(3);
    const again = ledger(['import', ...all(), ...store]);
    expect(again.err).toContain('b.csv.refused.csv: left out');
    const { rows, refused, recorded } = JSON.parse(again.out) as Summary;
    expect({ rows, refused, recorded, status: again.status }).toEqual({
      rows: (JSON.parse(first.out) as Summary).rows,
      refused: (JSON.parse(first.out) as Summary).refused,
      recorded: 0,
      status: 1,
    });
  });
});
