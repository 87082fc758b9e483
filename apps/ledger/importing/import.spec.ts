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

describe('a file that tells persons by their documents', () => {
  const [known, unknown] = ['11010519491231002X', '110105194912310003'];
  const payments = () => {
    const file = join(folder, 'payments.csv');
    const head =
      'psn_no,certno,psn_cert_type,psn_name,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,revs_flag';
    const row = (person: string, number: string) =>
      `${person},${number},01,欧阳测试,310,1101,211200,202203,202203,2022-06-10,Z`;
    writeFileSync(file, [head, row('P7', known), row('', unknown), row('', '110105194912310021'), ''].join('\n'));
    return file;
  };
  const imported = (file: string) => {
    const { status, out } = ledger(['import', file, '--store', join(folder, 'data'), '--json', '--quiet']);
    return { status, ...(JSON.parse(out) as { recorded: number; already: number; refused: number }) };
  };

  it('is recorded under ids, by the vault beside the store; extracts find the same persons and make nobody', () => {
    const file = payments();
    expect(imported(file)).toMatchObject({ status: 1, recorded: 2, already: 0, refused: 1 });
    expect(imported(file)).toMatchObject({ status: 1, recorded: 0, already: 2, refused: 1 });
    const vault = (...args: string[]) =>
      ledger(['vault', ...args, '--store', join(folder, 'data')], { input: unknown });
    const person = vault('find', '--kind', '01').out.trim();
    expect(person).toMatch(/^[0-9a-f-]{36}$/);
    expect(readFileSync(join(folder, 'data', 'events.sqlite')).includes(unknown)).toBe(false);

    const extract = join(folder, 'status.csv');
    const stranger = '110105200001010016';
    const rows = [known, unknown, stranger].map((number) => `${number},310,211200,${number === unknown ? 2 : 1}`);
    writeFileSync(extract, ['certno,insutype,insu_admdvs,psn_insu_stas', ...rows, ''].join('\n'));
    const compared = ledger([
      'reconcile',
      extract,
      '--on',
      '2022-06-30',
      '--store',
      join(folder, 'data'),
      '--json',
      '--quiet',
    ]);
    const { list } = JSON.parse(compared.out) as { list: { line?: number; kind: string; person?: string }[] };
    expect(list.filter(({ kind }) => kind === 'personUnknownHere')).toMatchObject([{ line: 4 }]);
    expect(list.map(({ line, person: one }) => [line, one])).toEqual(expect.arrayContaining([[3, person]]));
    expect(JSON.parse(vault('check', '--json').out)).toMatchObject({ persons: 2 });
  });

  it('makes a vault only where a row names a document', () => {
    const file = join(folder, 'plain.csv');
    writeFileSync(file, 'psn_no,insutype,crt_insu_date,insu_admdvs\nP1,310,2022-05-09,211200\n');
    expect(imported(file)).toMatchObject({ status: 0, recorded: 1 });
    expect(readdirSync(join(folder, 'data')).filter((name) => name.startsWith('vault'))).toEqual([]);
  });
});
