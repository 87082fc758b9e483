import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { BenchRow } from '../event-store/bench';
import { placesRuled, population, refundBases } from '../generation';
import { openStore } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { openReadModel, rebuild } from '../read-model';
import { fill } from '../read-model/bench';
import { personTableNames } from '../../projections/rows';
import { reports } from './catalogue';
import { withReport } from './run';

const ON = '2024-06-30';
const LIMIT_MS = 1_000;
const ROUNDS = 3;
/** Persons who are evaluated; the others are the same again under other ids, because only the tables are measured. */
const EVALUATED = 5_000;

/**
 * Every report about so many persons, known now, on SQLite: from opening the tables to the last row. `late` is left out: it
 * compares two bases and takes as long as evaluating those who were touched. Throws where the folder cannot be written.
 */
export async function benchReports(
  policies: Policies,
  { persons = 100_000, within = tmpdir() } = {},
): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(within, 'ledger-bench-reports-'));
  const store = openStore(join(folder, 'events.sqlite'));
  const readModel = join(folder, 'read-model.db');
  try {
    const regions = placesRuled(policies);
    const invented = {
      persons: Math.min(EVALUATED, persons),
      seed: 1,
      regions,
      refundBases: refundBases(policies, regions),
    };
    await fill(store, population(invented));
    await rebuild({ store, policies, readModel });
    await repeat(readModel, Math.ceil(persons / EVALUATED) - 1);
    const measured: BenchRow[] = [];
    for (const report of reports.filter(({ name }) => name !== 'late')) {
      let best = Infinity;
      let rows = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const before = process.hrtime.bigint();
        rows = await withReport({ readModel, store, policies }, { report, validOn: ON }, async (sheet) => {
          let count = 0;
          for await (const _ of sheet.rows) count += 1;
          return count;
        });
        best = Math.min(best, Number(process.hrtime.bigint() - before) / 1e6);
      }
      const value = Math.round(best);
      const note = `${rows} rows about ${persons} persons on SQLite, best of ${ROUNDS}`;
      measured.push({ name: `report ${report.name}`, value, unit: 'ms', limit: LIMIT_MS, ok: value <= LIMIT_MS, note });
    }
    return measured;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of everyone again so many times, under other ids. */
async function repeat(readModel: string, times: number): Promise<void> {
  if (times < 1) return;
  const { queries, close } = await openReadModel(readModel);
  for (const table of [...personTableNames, 'persons']) {
    const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(queries);
    const columns = rows.map(({ name }) => name);
    const written = columns.map((name) => (name === 'person' ? sql`s.person || '~' || k.k` : sql.ref(`s.${name}`)));
    await sql`with recursive k(k) as (select 1 union all select k + 1 from k where k < ${times})
      insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
      select ${sql.join(written)} from ${sql.table(table)} as s cross join k where s.person not like '%~%'
      order by 1, 2`.execute(queries);
  }
  await sql`analyze`.execute(queries);
  await close();
}
