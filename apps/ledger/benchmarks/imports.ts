import Database from 'better-sqlite3';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore, type NewEvent } from '../../../libs/event-store';
import { placesRuled } from '../../../libs/generation';
import { importFiles, loadMapping } from '../../../libs/importing';
import { openLedger } from '../../../libs/ledger';
import type { LoadedPolicies } from '../../../libs/policy';
import { prepareBare } from './bare-insert';
import type { BenchRow } from '../../../libs/event-store/bench';
import { cpuMillis, median, rounded, wallMillis } from './measured';

const ROWS = 120_000;
const ROUNDS = 5;
const ROWS_PER_TRANSACTION = 10_000;
const MOST_TIMES = 2;

/**
 * A payments extract imported, against a bare batched insert of the events that it becomes: in memory already, serialised and
 * written, as durable and in transactions as large. First five years of each person, then a month of many, where every row looks
 * up another stream.
 */
export async function benchImports(folder: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  const careers = await measure(folder, policies, 60);
  const month = await measure(folder, policies, 1);
  const note = (of: string) => `CPU time, middle of ${ROUNDS} rounds of ${ROWS} rows, ${of}`;
  return [
    {
      name: 'import, times a bare batched insert of its events',
      value: rounded(careers.ratio),
      unit: '×',
      limit: MOST_TIMES,
      ok: careers.ratio <= MOST_TIMES,
      note: note('sixty a person'),
    },
    { name: 'imported rows', value: Math.round(careers.perSecond), unit: 'a second' },
    { name: 'the same, nobody known before', value: rounded(month.ratio), unit: '×', note: note('one a person') },
    { name: 'imported rows', value: Math.round(month.perSecond), unit: 'a second' },
  ];
}

async function measure(folder: string, policies: LoadedPolicies, months: number) {
  const extract = join(folder, `payments-${months}.csv`);
  writeExtract(extract, placesRuled(policies)[0]!, ROWS / months, months);
  const ratios: number[] = [];
  let perSecond = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const files = ['import', 'bare'].map((name) => join(folder, `${name}-${months}-${round}.sqlite`));
    const store = openEmbeddedStore({ file: files[0]! });
    const bare = new Database(files[1]);
    try {
      const ledger = openLedger({ store, policies, clock: Date.now });
      let wall = 0;
      const ours = await cpuMillis(async () => {
        wall = await wallMillis(() => importFiles({ files: [extract], ledger, mapping: loadMapping() }));
      });
      const events: (NewEvent & { stream: string; revision: number })[] = [];
      for await (const batch of store.readAll()) events.push(...batch);
      const insert = prepareBare(bare);
      const theirs = await cpuMillis(() => {
        for (let from = 0; from < events.length; from += ROWS_PER_TRANSACTION) {
          bare.exec('BEGIN');
          for (const event of events.slice(from, from + ROWS_PER_TRANSACTION))
            insert(event.stream, event.revision, event);
          bare.exec('COMMIT');
        }
      });
      ratios.push(ours / theirs);
      perSecond = Math.max(perSecond, (events.length / wall) * 1000);
    } finally {
      bare.close();
      await store.close();
      for (const file of files) rmSync(file, { force: true });
    }
  }
  return { ratio: median(ratios), perSecond };
}

function writeExtract(path: string, region: string, people: number, months: number): void {
  const file = openSync(path, 'w');
  writeSync(
    file,
    'psn_no,insutype,psn_type,insu_admdvs,emp_no,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt,psn_clct_amt\n',
  );
  for (let person = 0; person < people; person++) {
    const rows: string[] = [];
    for (let month = 0; month < months; month++) {
      const year = 2018 + Math.floor(month / 12);
      const ofYear = String((month % 12) + 1).padStart(2, '0');
      rows.push(
        `P${person},310,1101,${region},E${person % 50},${year}${ofYear},${year}${ofYear},${year}-${ofYear}-10,10,1,Z,480.00,120.00\n`,
      );
    }
    writeSync(file, rows.join(''));
  }
  closeSync(file);
}
