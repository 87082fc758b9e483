import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../event-store';
import { startTestCluster } from '../event-store/testing/node';
import { openLedger, openStore } from '../ledger';
import { parseStream, toStored } from '../../events';
import { changesBetween, figuresOf } from '../../projections/difference';
import { homeRegion } from '../../projections/grounds';
import { dayNumber } from '../calendar';
import {
  BEGINNING,
  Feeds,
  INDEX_FILE,
  parsePlace,
  placeText,
  type AnswerChanged,
  type FeedName,
  type Item,
  type RegionChanged,
} from '.';
import { AnswerItems } from './answer-items';
import { derived } from './derivation';
import { GroundsIndex } from './grounds-index';
import { all, event, lives, openFeedWorld, paid, policies, type FeedWorld } from './testing/world';

let world: FeedWorld;
beforeEach(() => {
  world = openFeedWorld();
});
afterEach(() => world.close());

const said = (item: Item) => JSON.parse(item.text) as AnswerChanged | RegionChanged;
const told = (items: readonly Item[]) => items.map(({ id }) => id);
const answers = () => all(world.feeds, 'answers');
const published = (value: number, on: string) =>
  event('region-211200', 'ReferenceValuePublished', on, {
    region: '211200',
    name: 'interruptionWaitingDays',
    value,
    unit: 'days',
    validFrom: '2022-01-01',
    source: 'bureau',
  });

/** What the ledger itself answers about everyone just before and just after each event of the log. */
async function expectedItems(): Promise<Map<string, unknown>> {
  const { store } = world;
  const ledger = openLedger({ store, policies, clock: Date.now });
  const log: StoredEvent[] = [];
  for await (const batch of store.readAll()) log.push(...batch);
  const people = [
    ...new Set(log.flatMap(({ stream }) => (stream.startsWith('person-') ? [parseStream(stream)!.id] : []))),
  ];
  const expected = new Map<string, unknown>();
  for (const { position, recordedAt, stream } of log) {
    if (stream.startsWith('region-')) expected.set(`${position}-region`, undefined);
    for (const person of people.sort()) {
      const validOn = recordedAt.slice(0, 10);
      const regionAt = async (knownAt: bigint) => {
        const grounds = await ledger.groundsOf({ person, validOn, knownAt, region: '211200' });
        return homeRegion(grounds!.person.facts, dayNumber(validOn));
      };
      const [home, away] = [await regionAt(position), await regionAt(position - 1n)];
      if (home === undefined && away === undefined) continue;
      const ask = (knownAt: bigint, region: string) => ledger.answer({ person, validOn, knownAt, region });
      const before = (await ask(position - 1n, away ?? home!))!;
      const after = (await ask(position, home ?? away!))!;
      const changes = changesBetween(figuresOf(before), figuresOf(after)).map(({ at, from, to }) => ({ at, from, to }));
      if (changes.length > 0) expected.set(`${position}.${person}`, changes);
    }
  }
  return expected;
}

function changesOf(item: Item): unknown {
  const { data } = said(item);
  return 'changes' in data ? data.changes.map(({ at, from, to }) => ({ at, from, to })) : undefined;
}

async function expectAgreement(): Promise<Item[]> {
  const items = await answers();
  const expected = await expectedItems();
  expect(told(items)).toEqual([...expected.keys()]);
  expect(items.map(changesOf)).toEqual([...expected.values()]);
  return items;
}

describe('the feed of answers', () => {
  it('holds what the ledger answers differently after each event, and nothing else', async () => {
    await world.append(...lives(3));
    const items = await expectAgreement();
    expect(items.length).toBeGreaterThan(30);
    expect(new Set(items.map(({ lane }) => lane.split('-')[0]))).toEqual(new Set(['person', 'region']));
  });

  it('tells of corrections, voidings, people found twice and taken apart, and of who left a region', async () => {
    const months = ['2022-01', '2022-02', '2022-03'];
    const first = paid('A', '2022-01', '2022-01-10');
    const wrong = paid('A', '2022-07', '2022-07-10');
    const merged = event('person-A', 'Merged', '2022-08-01', { otherPersonId: 'B', reason: 'found twice' });
    await world.append(
      first,
      ...months.map((month) => paid('B', month, `${month}-11`, '320700')),
      wrong,
      event('person-A', 'Corrected', '2022-07-20', {
        target: wrong.id,
        data: { feeMonths: { from: '2022-06', through: '2022-06' } },
        reason: 'misread',
      }),
      merged,
      // From here on an event of B changes what is answered about A as well.
      paid('B', '2022-08', '2022-08-11', '320700'),
      event('person-A', 'Voided', '2022-08-20', { target: merged.id, reason: 'two people after all' }),
      paid('B', '2022-09', '2022-09-11', '320700'),
      event('person-A', 'Voided', '2022-09-20', { target: first.id, reason: 'not his' }),
      event('person-A', 'Voided', '2022-09-21', { target: wrong.id, reason: 'not his' }),
    );
    const items = await expectAgreement();
    expect(told(items).filter((id) => id.startsWith('8.'))).toEqual(['8.A', '8.B']);
    expect(told(items).filter((id) => id.startsWith('10.'))).toEqual(['10.B']);
    expect(items.find(({ id }) => id === '8.A')!.regions).toEqual(['211200']);
  });

  it('says nothing where nothing reads otherwise', async () => {
    const residence = event('person-A', 'ResidenceChanged', '2022-02-01', { household: '320700' });
    await world.append(paid('A', '2022-01', '2022-01-10'), residence);
    expect(told(await answers())).toEqual(['1.A']);
  });

  it('tells of a region’s event first, then of everyone whose answer it changed, by id', async () => {
    const people = ['C', 'A', 'B'];
    await world.append(
      ...people.flatMap((person) => [paid(person, '2022-01', '2022-01-10'), paid(person, '2022-08', '2022-08-10')]),
      paid('ELSEWHERE', '2022-01', '2022-01-10', '320700'),
      event(
        'region-211200',
        'RulingRecorded',
        '2022-04-01',
        { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' },
        '2022-09-01',
      ),
    );
    const items = (await expectAgreement()).filter(({ place }) => place.position === 8n);
    expect(told(items)).toEqual(['8-region', '8.A', '8.B', '8.C']);
    expect(said(items[0]!)).toMatchObject({
      type: 'cn.enrollment-ledger.region.changed.v1',
      subject: '211200',
      data: { region: '211200', cause: { type: 'RulingRecorded', position: '8' }, data: { reading: 'A-01' } },
    });
    expect(said(items[1]!)).toMatchObject({
      specversion: '1.0',
      id: '8.A',
      source: 'urn:enrollment-ledger:feed:answers',
      type: 'cn.enrollment-ledger.answer.changed.v1',
      subject: 'A',
      time: '2022-09-01T09:00:00.000+08:00',
      datacontenttype: 'application/json',
      data: { person: 'A', region: '211200', validOn: '2022-09-01', cause: { type: 'RulingRecorded' } },
    });
  });

  it('parks somebody whose event cannot be read, says so once, and goes on with everyone else', async () => {
    await world.append(paid('A', '2022-01', '2022-01-10'), paid('B', '2022-01', '2022-01-10'));
    const unheardOf = {
      id: '00000000-0000-4000-8000-000000000001',
      type: 'NotYetKnown',
      recordedAt: '2022-02-01T09:00:00.000+08:00',
      data: {},
      metadata: { schemaVersion: 9, effectiveOn: '2022-02-01' },
    };
    await world.appendRaw('person-A', unheardOf);
    await world.append(paid('A', '2022-02', '2022-02-10'), paid('B', '2022-02', '2022-02-10'));
    const items = await answers();
    expect(told(items)).toEqual(['1.A', '2.B', '3.A', '5.B']);
    expect(changesOf(items[2]!)).toContainEqual({
      at: 'undetermined',
      from: undefined,
      to: { question: 'history', why: 'parked', needs: 'person-A revision 1' },
    });
    const recorded = await all(world.feeds, 'events');
    expect(recorded).toHaveLength(5);
  });

  it('gives the same whatever the place it is taken up from and however small the pages', async () => {
    await world.append(...lives(2), ...['X', 'Y', 'Z'].map((person) => paid(person, '2022-01', '2022-01-10')));
    await world.append(
      event(
        'region-211200',
        'RulingRecorded',
        '2021-04-01',
        { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' },
        '2030-01-01',
      ),
    );
    const whole = await answers();
    expect(await all(world.feeds, 'answers', BEGINNING, {}, 1)).toEqual(whole);
    for (let index = 0; index < whole.length; index += 7) {
      const rest = await all(world.feeds, 'answers', whole[index]!.place);
      expect(rest).toEqual(whole.slice(index + 1));
    }
    const last = whole.slice(-3);
    for (const { place } of last) expect(parsePlace(placeText(place))).toEqual(place);
  });

  it('needs its index no more than to be quick: removed, it is made again', async () => {
    await world.append(...lives(2));
    const whole = await answers();
    await world.feeds.close();
    expect(existsSync(join(world.folder, INDEX_FILE))).toBe(true);
    rmSync(join(world.folder, INDEX_FILE));
    expect(await answers()).toEqual(whole);
  });

  it('needs what it keeps in memory no more than to be quick: with room for next to nothing, the items are the same', async () => {
    await world.append(...lives(3));
    const whole = await answers();
    const index = new GroundsIndex(join(world.folder, 'other-index.db'), world.store);
    const events: StoredEvent[] = [];
    for await (const batch of world.store.readAll()) events.push(...batch);
    for (const eventsKept of [1, 40]) {
      const items: Item[] = [];
      const derivation = new AnswerItems(world.store, policies, index, eventsKept);
      for await (const { item } of derived(derivation, events, BEGINNING)) if (item) items.push(item);
      expect(items).toEqual(whole);
    }
    index.close();
  });

  it('notices an index of another log', async () => {
    await world.append(paid('A', '2022-01', '2022-01-10'), paid('B', '2022-01', '2022-01-10'));
    await answers();
    const other = openFeedWorld();
    try {
      await other.append(
        paid('C', '2022-01', '2022-01-10'),
        event(
          'region-211200',
          'RulingRecorded',
          '2021-04-01',
          { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' },
          '2022-03-01',
        ),
      );
      await world.feeds.close();
      const mixed = new Feeds({ store: other.store, policies, folder: world.folder });
      const alone = await all(other.feeds, 'answers');
      expect(await all(mixed, 'answers')).toEqual(alone);
      await mixed.close();
    } finally {
      await other.close();
    }
  });

  it('lets through what a reader wants: regions with those below them, types of events, parts of answers', async () => {
    await world.append(
      paid('A', '2022-01', '2022-01-10'),
      paid('B', '2022-01', '2022-01-10', '320700'),
      published(60, '2022-02-01'),
    );
    const wanted = async (filter: Parameters<Feeds['page']>[2]) =>
      told(await all(world.feeds, 'answers', BEGINNING, filter));
    expect(await wanted({ regions: ['210000'] })).toEqual(['1.A', '3-region']);
    expect(await wanted({ regions: ['211202'] })).toEqual(['3-region']);
    expect(await wanted({ regions: ['320700'] })).toEqual(['2.B']);
    expect(await wanted({ types: ['ReferenceValuePublished'] })).toEqual(['3-region']);
    expect(await wanted({ parts: ['coverage'] })).toEqual(['2.B']);
    expect(await wanted({ parts: ['stays'] })).toEqual([]);
    const inRegion = await all(world.feeds, 'events', BEGINNING, { regions: ['320700'] });
    expect(told(inRegion)).toEqual(['2']);
  });
});

describe('over EventStoreDB’s protocol', () => {
  it('the items are the same but for their places, whatever the place they are taken up from, and go on coming', async () => {
    const cluster = await startTestCluster();
    const store = openStore(cluster.connectionString());
    const folder = mkdtempSync(join(tmpdir(), 'ledger-feeds-wire-'));
    const feeds = new Feeds({ store, policies, folder });
    try {
      const ruled = event('region-211200', 'RulingRecorded', '2022-04-01', A_01_B, '2022-09-01');
      const events = ['C', 'A', 'B'].flatMap((person) => [
        paid(person, '2022-01', '2022-01-10'),
        paid(person, '2022-08', '2022-08-10'),
      ]);
      for (const one of [...events, ruled]) {
        const revision = (await store.readStream(one.stream)).length - 1;
        await store.append(one.stream, [toStored(one)], revision < 0 ? 'noStream' : revision);
        await world.append(one);
      }
      const said = (items: readonly Item[]) => items.map((item) => [item.lane, changesOf(item)]);
      const wire = await all(feeds, 'answers');
      expect(said(wire)).toEqual(said(await answers()));
      for (const [index, { place }] of wire.entries()) {
        expect(told(await all(feeds, 'answers', place))).toEqual(told(wire.slice(index + 1)));
      }
      const stop = new AbortController();
      const reader = collect(feeds, wire[2]!.place.position, stop.signal);
      await store.append('person-A', [toStored(paid('A', '2022-10', '2022-10-10'))], 1);
      await until(() => reader.items.length === wire.length - 3 + 1);
      expect(told(reader.items.slice(0, -1))).toEqual(told(wire.slice(3)));
      stop.abort();
      await reader.ended;
    } finally {
      await feeds.close();
      await store.close();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const A_01_B = { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' };
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('following a feed', () => {
  it('gives many readers the same, each once, while the log grows, and follows the log once', async () => {
    const events = lives(3);
    const half = Math.floor(events.length / 2);
    await world.append(...events.slice(0, half));
    let subscriptions = 0;
    const { store } = world;
    const counted = {
      ...bound(store),
      subscribeAll: (...given: Parameters<typeof store.subscribeAll>) => (
        subscriptions++,
        store.subscribeAll(...given)
      ),
    };
    const feeds = new Feeds({ store: counted, policies, folder: world.folder });
    const stop = new AbortController();
    const starts = [0n, 1n, 17n, BigInt(half)];
    const readers = starts.map((position) => collect(feeds, position, stop.signal));
    for (const one of events.slice(half)) await world.append(one);
    const whole = await answers();
    await Promise.all(readers.map(({ until }) => until(whole.at(-1)!.id)));
    stop.abort();
    for (const [index, { items, ended }] of readers.entries()) {
      await ended;
      expect(told(items)).toEqual(told(whole.filter(({ place }) => place.position > starts[index]!)));
    }
    expect(subscriptions).toBe(1);
    await feeds.close();
  });
});

describe('a region’s event that changes nothing for anybody', () => {
  it('is looked through to its end, from any person on', async () => {
    const people = Array.from({ length: 60 }, (_, index) => `P${index + 10}`);
    for (const person of people) await world.append(paid(person, '2022-05', '2022-05-10'));
    await world.append(event('region-211200', 'RulingRecorded', '2022-04-01', A_01_B, '2022-09-01'));
    const place = { position: 61n, key: 'P20' };
    expect(await world.feeds.page('answers', place, {}, 10)).toEqual({
      items: [],
      through: { position: 61n },
      more: false,
    });
    const stop = new AbortController();
    for await (const page of world.feeds.follow('answers', place, {}, stop.signal)) {
      expect(page.items).toEqual([]);
      if (page.through.position === 61n && page.through.key === undefined) stop.abort();
    }
  });
});

describe('a reader who falls behind what is kept of the end', () => {
  it('goes on by himself, and later with the others, without a gap', async () => {
    await world.append(paid('A', '2022-01', '2022-01-10'));
    const stop = new AbortController();
    const slow = world.feeds.follow('events', BEGINNING, {}, stop.signal);
    const items: Item[] = (await slow.next()).value!.items;
    const fast = collect(world.feeds, 0n, stop.signal, 'events');
    await until(() => fast.items.length === 1);
    const count = 12_000;
    await appendMany(count);
    await until(() => fast.items.length === count + 1);
    while (items.length < count + 1) items.push(...(await slow.next()).value!.items);
    expect(told(items)).toEqual(told(fast.items));
    await world.append(paid('A', '2022-02', '2022-02-10'));
    while (items.length < count + 2) items.push(...(await slow.next()).value!.items);
    expect(items.at(-1)!.id).toBe(String(count + 2));
    await until(() => fast.items.length === count + 2);
    stop.abort();
    await fast.ended;
    await slow.return(undefined);
  });

  async function appendMany(count: number): Promise<void> {
    const at = 1_000;
    for (let from = 0; from < count; from += at) {
      const stream = `person-M${from}`;
      const months = Array.from({ length: at }, () => toStored({ ...paid('A', '2022-01', '2022-01-10'), stream }));
      await world.store.append(stream, months, 'noStream');
    }
  }
});

describe('whose answers rest on a region', () => {
  it('is found by id however many they are, with those merged with them, as of a position', async () => {
    const ids = Array.from({ length: 450 }, (_, index) => `P${String(index).padStart(3, '0')}`);
    const shuffled = [...ids].sort((a, b) => (a.slice(3) + a < b.slice(3) + b ? -1 : 1));
    await Promise.all(shuffled.map((person) => world.append(paid(person, '2022-01', '2022-01-10'))));
    // Of another region, but one person with somebody of this one, through a third.
    for (const person of ['A', 'Q', 'Z']) await world.append(paid(person, '2022-01', '2022-01-10', '320700'));
    const merged = (person: string, otherPersonId: string) =>
      event(`person-${person}`, 'Merged', '2022-02-01', { otherPersonId, reason: 'found twice' });
    await world.append(merged('Z', 'Q'), merged('Q', 'P200'), paid('LATE', '2022-03', '2022-03-10'));
    const index = new GroundsIndex(join(world.folder, 'other-index.db'), world.store);
    await index.reach(456n);
    const found = (position: bigint, after = '') => [...index.concerned('region-211200', position, after)];
    expect(found(457n)).toEqual(['LATE', ...ids, 'Q', 'Z']);
    expect(found(456n)).toEqual([...ids, 'Q', 'Z']);
    expect(found(454n)).toEqual(ids);
    expect(found(457n, 'P440')).toEqual([...ids.slice(441), 'Q', 'Z']);
    expect(found(1n)).toEqual([]);
    expect([...index.concerned('region-210000', 457n, 'P448')]).toEqual(['P449', 'Q', 'Z']);
    expect(index.onePersonWith('P200', 457n)).toEqual(['P200', 'Q', 'Z']);
    expect(index.onePersonWith('P200', 454n)).toEqual(['P200']);
    expect(index.regionsOf('person-Z', 457n)).toEqual(['320700']);
    index.close();
  });
});

function bound(store: FeedWorld['store']) {
  return {
    readAll: store.readAll.bind(store),
    eventAt: store.eventAt.bind(store),
    readStream: store.readStream.bind(store),
    head: store.head.bind(store),
  };
}

function collect(feeds: Feeds, position: bigint, signal: AbortSignal, name: FeedName = 'answers') {
  const items: Item[] = [];
  let wake: () => void = () => undefined;
  const run = async () => {
    for await (const page of feeds.follow(name, { position }, {}, signal)) {
      items.push(...page.items);
      wake();
    }
  };
  return {
    items,
    ended: run(),
    until: async (id: string) => {
      while (!items.some((item) => item.id === id)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}
