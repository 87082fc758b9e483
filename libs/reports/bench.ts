import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { population } from '../generation';
import { openStore } from '../ledger';
import type { Policies } from '../policy/evaluation';
import { openReadModel, rebuild } from '../read-model';
import { toStored, type LedgerEvent } from '../../events';
import { personTableNames } from '../../projections/rows';
import { reports } from './catalogue';
import { withReport } from './run';

/** One figure beside its limit. */
interface BenchRow {
  name: string;
  value: number;
  unit: string;
  limit?: number;
  ok?: boolean;
  note?: string;
}

const REGIONS = ['211200', '320700', '360100', '610100', '220000'];
const BASES = { '211200': ['TL-7.2c'], '320700': ['LYG-35'] };
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
    await fill(
      store,
      population({ persons: Math.min(EVALUATED, persons), seed: 1, regions: REGIONS, refundBases: BASES }),
    );
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

const AT_ONCE = 5_000;

async function fill(store: ReturnType<typeof openStore>, events: Iterable<LedgerEvent>): Promise<void> {
  const revisions = new Map<string, number>();
  let waiting: Promise<unknown>[] = [];
  for (const event of events) {
    const revision = revisions.get(event.stream);
    revisions.set(event.stream, (revision ?? -1) + 1);
    waiting.push(store.append(event.stream, [toStored(event)], revision ?? 'noStream'));
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
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
