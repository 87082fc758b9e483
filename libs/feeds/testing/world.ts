import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, NewEvent } from '../../event-store';
import { personEvents, placesOf } from '../../generation';
import { openStore } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import { deterministicId, toStored, type LedgerEvent } from '../../../events';
import { Feeds, type FeedName, type Filter, type Item, type Place, BEGINNING } from '..';

export const policies = loadPoliciesOrThrow('policies');

const POPULATION = {
  seed: 11,
  regions: ['211200', '320700', '360100'],
  refundBases: { '211200': ['TL-7.2c'], '320700': ['LYG-35'] },
};

/** Invented lives with their regions and employers, in the order in which they were recorded. */
export function lives(persons: number): LedgerEvent[] {
  const options = { ...POPULATION, persons };
  const people = Array.from({ length: persons }, (_, index) => personEvents(options, index + 1));
  return [...placesOf(options), ...people.flat()]
    .map((event, index) => ({ event, index }))
    .sort((a, b) => compare(a.event.recordedAt, b.event.recordedAt) || a.index - b.index)
    .map(({ event }) => event);
}

let ids = 0;

/** An event of a person, or of the stream given, recorded in the morning of the day on which it holds. */
export function event(
  stream: string,
  type: string,
  effectiveOn: string,
  data: object,
  recordedOn = effectiveOn,
): LedgerEvent {
  return {
    id: deterministicId(`feeds-${ids++}`),
    type,
    stream,
    effectiveOn,
    recordedAt: `${recordedOn}T09:00:00.000+08:00`,
    data,
    metadata: {},
  } as unknown as LedgerEvent;
}

export const paid = (person: string, month: string, on: string, region = '211200', recordedOn = on): LedgerEvent =>
  event(
    `person-${person}`,
    'Paid',
    on,
    { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
    recordedOn,
  );

/** A log in a folder of its own, with its feeds. */
export interface FeedWorld {
  folder: string;
  store: EventStore;
  feeds: Feeds;
  append(...events: readonly LedgerEvent[]): Promise<void>;
  /** As it is, readable or not. */
  appendRaw(stream: string, event: NewEvent): Promise<void>;
  close(): Promise<void>;
}

export function openFeedWorld(folder = mkdtempSync(join(tmpdir(), 'ledger-feeds-'))): FeedWorld {
  const store = openStore(folder);
  const feeds = new Feeds({ store, policies, folder });
  const appendRaw = async (stream: string, added: NewEvent) => {
    const last = (await store.readStream(stream)).at(-1)?.revision;
    const outcome = await store.append(stream, [added], last ?? 'noStream');
    if (outcome.outcome !== 'appended') throw new Error(`${stream}: ${JSON.stringify(outcome)}`);
  };
  return {
    folder,
    store,
    feeds,
    appendRaw,
    append: async (...events) => {
      for (const one of events) await appendRaw(one.stream, toStored(one));
    },
    close: async () => {
      await feeds.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that the feed holds behind a place now, read a page of at most `limit` at a time. */
export async function all(
  feeds: Feeds,
  name: FeedName,
  after: Place = BEGINNING,
  filter: Filter = {},
  limit = 1000,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let place = after; ;) {
    const page = await feeds.page(name, place, filter, limit);
    items.push(...page.items);
    place = page.through;
    if (!page.more) return items;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
