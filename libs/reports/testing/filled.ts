import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import type { EventStore } from '../../event-store';
import { openLedger, openStore } from '../../ledger';
import type { Policies } from '../../policy/evaluation';
import { openReadModel } from '../../read-model';
import { employerStream, parseStream, personStream, regionStream, toStored, type LedgerEvent } from '../../../events';
import { employersOf, regionsOf } from '../../../projections/grounds';
import { personTableNames } from '../../../projections/rows';
import { evaluatePerson, type ReportParts } from '../basis';

const FOREVER = '9999-12-31T23:59:59.999+08:00';

/** A log in a folder of its own, and a read model that `project` brings up to it, everybody anew. */
export interface Filled {
  folder: string;
  parts: ReportParts;
  store: EventStore;
  append(events: Iterable<LedgerEvent>): Promise<void>;
  project(): Promise<void>;
  close(): Promise<void>;
}

export async function openFilled(policies: Policies, readModel?: string): Promise<Filled> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-reports-'));
  const store = openStore(join(folder, 'events.sqlite'));
  const parts: ReportParts = { readModel: readModel ?? join(folder, 'read-model.db'), store, policies };
  return {
    folder,
    parts,
    store,
    append: (events) => append(store, events),
    project: () => project(parts),
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Appends events to their streams, in their order. */
export async function append(store: EventStore, events: Iterable<LedgerEvent>): Promise<void> {
  const streams = new Map<string, LedgerEvent[]>();
  for (const event of events) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  for (const [stream, added] of streams) {
    const { length } = await store.readStream(stream);
    const outcome = await store.append(stream, added.map(toStored), length === 0 ? 'noStream' : length - 1);
    if (outcome.outcome !== 'appended') throw new Error(`${stream}: ${JSON.stringify(outcome)}`);
  }
}

type AnyTables = Kysely<Record<string, Record<string, unknown>>>;

/** Brings a read model up to its log, everybody anew. */
export async function project({ readModel, store, policies }: ReportParts): Promise<void> {
  const model = await openReadModel(readModel);
  const ledger = openLedger({ store, policies, clock: () => 0 });
  const people = new Set<string>();
  for await (const batch of store.readAll()) {
    for (const { stream } of batch) {
      const parts = parseStream(stream);
      if (parts?.kind === 'person') people.add(parts.id);
    }
  }
  const joined = new Map<string, string>();
  const evaluated = new Map<string, NonNullable<Awaited<ReturnType<typeof evaluatePerson>>>>();
  for (const person of people) {
    const now = await evaluatePerson(ledger, policies, person, FOREVER);
    if (!now) continue;
    evaluated.set(person, now);
    for (const other of now.joins) joined.set(other, person);
  }
  const collected = new Map<string, Record<string, unknown>[]>();
  const collect = (table: string, row: Record<string, unknown>) => {
    const list = collected.get(table);
    if (list) list.push(row);
    else collected.set(table, [row]);
  };
  for (const [person, now] of evaluated) {
    const { region, firstDay, latestDay, diedOn } = now.person;
    const mergedInto = joined.get(person) ?? null;
    const about = { region, first_day: firstDay, latest_day: latestDay, died_on: diedOn };
    collect('persons', {
      person,
      revision: 0,
      position: 0,
      events: 1,
      ...about,
      merged_into: mergedInto,
      content_hash: '',
    });
    if (mergedInto !== null) continue;
    for (const name of personTableNames) {
      for (const [n, row] of (now.rows[name] as object[]).entries()) collect(name, { person, n, ...row });
    }
    const { facts } = (await ledger.groundsOf({
      person,
      validOn: '9999-12-31',
      ...(region === null ? { region: '110000' } : {}),
    }))!.person;
    const streams = [
      ...regionsOf(facts, region ?? '110000').map(regionStream),
      ...employersOf(facts).map(employerStream),
      ...now.joins.map(personStream),
    ];
    for (const stream of streams) collect('person_grounds', { stream, person });
  }
  const database = model.queries as unknown as AnyTables;
  for (const name of [...personTableNames, 'persons', 'person_grounds', 'checkpoint'])
    await database.deleteFrom(name).execute();
  for (const [table, list] of collected) {
    for (let first = 0; first < list.length; first += 300) {
      await database
        .insertInto(table)
        .values(list.slice(first, first + 300))
        .execute();
    }
  }
  await database
    .insertInto('checkpoint')
    .values({ shard: '0/1', position: Number(await store.head()), generation: 0, policies: '', updated_at: '' })
    .execute();
  await sql`analyze`.execute(database);
  await model.close();
}
