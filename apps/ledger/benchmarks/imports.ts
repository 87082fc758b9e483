import Database from 'better-sqlite3';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore, type NewEvent } from '../../../libs/event-store';
import { importFiles, loadMapping } from '../../../libs/importing';
import { openLedger } from '../../../libs/ledger';
import type { LoadedPolicies } from '../../../libs/policy';
import { prepareBare } from './bare-insert';
import type { BenchRow } from '../../../libs/event-store/bench';
import { median, rounded, wallMillis } from './measured';

const MONTHS = 60;
const PEOPLE = 1_000;
const ROUNDS = 3;
const ROWS_PER_TRANSACTION = 5_000;

/** A payments extract imported, against a bare batched insert of the events that it becomes. */
export async function benchImports(folder: string, policies: LoadedPolicies): Promise<BenchRow[]> {
  const extract = join(folder, 'payments.csv');
  writeExtract(extract);
  const ratios: number[] = [];
  let perSecond = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const store = openEmbeddedStore({ file: join(folder, `import-${round}.sqlite`) });
    const bare = new Database(join(folder, `bare-import-${round}.sqlite`));
    try {
      const ledger = openLedger({ store, policies, clock: Date.now });
      const ours = await wallMillis(() => importFiles({ files: [extract], ledger, mapping: loadMapping() }));
      const events: (NewEvent & { stream: string; revision: number })[] = [];
      for await (const batch of store.readAll()) events.push(...batch);
      const insert = prepareBare(bare);
      const theirs = await wallMillis(() => {
        for (let from = 0; from < events.length; from += ROWS_PER_TRANSACTION) {
          bare.exec('BEGIN');
          for (const event of events.slice(from, from + ROWS_PER_TRANSACTION))
            insert(event.stream, event.revision, event);
          bare.exec('COMMIT');
        }
      });
      ratios.push(ours / theirs);
      perSecond = Math.max(perSecond, (events.length / ours) * 1000);
    } finally {
      bare.close();
      await store.close();
    }
  }
  const ratio = median(ratios);
  return [
    {
      name: 'import, times a bare batched insert of its events',
      value: rounded(ratio),
      unit: '×',
      limit: 2,
      ok: ratio <= 2,
      note: `middle of ${ROUNDS} rounds of ${PEOPLE * MONTHS} rows`,
    },
    { name: 'imported rows', value: Math.round(perSecond), unit: 'a second' },
  ];
}

function writeExtract(path: string): void {
  const file = openSync(path, 'w');
  writeSync(
    file,
    'psn_no,insutype,psn_type,insu_admdvs,emp_no,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag,emp_clct_amt,psn_clct_amt\n',
  );
  for (let person = 0; person < PEOPLE; person++) {
    const rows: string[] = [];
    for (let month = 0; month < MONTHS; month++) {
      const year = 2018 + Math.floor(month / 12);
      const ofYear = String((month % 12) + 1).padStart(2, '0');
      rows.push(
        `P${person},310,1101,211200,E${person % 50},${year}${ofYear},${year}${ofYear},${year}-${ofYear}-10,10,1,Z,480.00,120.00\n`,
      );
    }
    writeSync(file, rows.join(''));
  }
  closeSync(file);
}
