import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monthNumber, toMonth } from '../calendar';
import { openEmbeddedStore, type EventStore } from '../event-store';
import type { BenchRow } from '../event-store/bench';
import { placesRuled } from '../generation';
import type { Policies } from '../policy/evaluation';
import { deterministicId, regionStream, toStored, type LedgerEvent } from '../../events';
import { Feeds } from './feed';
import { BEGINNING, type Place } from './place';
import type { FeedName } from './item';

const READING = 'A-01';
const PERSONS = 150;
const EVENTS = 60;
/** What each person's events come to at the end of the log while it is followed. */
const LATER = 4;
const BREAK = 5;

/**
 * What the feeds cost: every event of careers of 60 events from the beginning of the log, events of such persons while the log
 * is followed, and the items of a ruling that concerns everyone. CPU of the whole process, without what it takes to append.
 */
export async function benchFeeds(policies: Policies, within = tmpdir()): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(within, 'ledger-bench-feeds-'));
  const store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  const feeds = new Feeds({ store, policies, folder });
  const region = placesRuled(policies).find((place) => policies.inForce(place, '9999-12-31')?.readings[READING])!;
  try {
    const last = monthNumber('2024-06') - BREAK;
    await append(store, region, last - EVENTS + 1, last);
    const rows = [
      await row('feed of answers from the beginning, an event', feeds, 'answers', BEGINNING),
      await row('feed of events from the beginning, an event', feeds, 'events', BEGINNING),
    ];
    const end = await feeds.end();
    await append(store, region, last + 1, last + LATER, EVENTS);
    rows.push(await row('feed of answers taken up at the end, an event', feeds, 'answers', end, 1_000));
    const before = await feeds.end();
    const ruling = { region, reading: READING, choice: 'B', authority: 'bench' };
    const stream = regionStream(region);
    await appendTo(store, stream, -1, [event(stream, 0, 'RulingRecorded', '2022-04-01', ruling)]);
    rows.push(await row('what a ruling changed, a person', feeds, 'answers', before, undefined, PERSONS));
    return rows;
  } finally {
    await feeds.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function row(
  name: string,
  feeds: Feeds,
  feed: FeedName,
  from: Place,
  limit?: number,
  persons?: number,
): Promise<BenchRow> {
  const count = persons ?? Number((await feeds.end()).position - from.position);
  const before = process.cpuUsage();
  let items = 0;
  for (let place = from, more = true; more;) {
    const page = await feeds.page(feed, place, {}, 1_000);
    items += page.items.length;
    ({ through: place, more } = page);
  }
  const { user, system } = process.cpuUsage(before);
  const value = Math.round((user + system) / count);
  const note = `${count} of them, ${items} items, ${Math.round(items / ((user + system) / 1e6))} items a second of CPU`;
  return { name, value, unit: 'µs CPU', note, ...(limit === undefined ? {} : { limit, ok: value <= limit }) };
}

async function append(store: EventStore, region: string, from: number, through: number, known = 0): Promise<void> {
  await Promise.all(
    Array.from({ length: PERSONS }, (_, person) => {
      const stream = `person-bench-${person}`;
      const events = Array.from({ length: through - from + 1 }, (_unused, index) => {
        // With a break, so that a ruling about breaks changes something.
        const month = toMonth(from + index + (known + index < EVENTS - 12 ? 0 : BREAK));
        const feeMonths = { from: month, through: month };
        return event(stream, known + index, 'Paid', `${month}-10`, {
          scheme: 'employee',
          region,
          kind: 'regular',
          feeMonths,
        });
      });
      return appendTo(store, stream, known - 1, events);
    }),
  );
}

async function appendTo(store: EventStore, stream: string, last: number, events: LedgerEvent[]): Promise<void> {
  const { outcome } = await store.append(stream, events.map(toStored), last < 0 ? 'noStream' : last);
  if (outcome !== 'appended') throw new Error(`${stream}: ${outcome}`);
}

function event(stream: string, index: number, type: string, effectiveOn: string, data: object): LedgerEvent {
  return {
    id: deterministicId(`bench-feeds ${stream} ${index}`),
    type,
    stream,
    effectiveOn,
    recordedAt: `${effectiveOn}T09:00:00.000+08:00`,
    data,
    metadata: {},
  } as unknown as LedgerEvent;
}
