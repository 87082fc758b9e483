import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openEmbeddedStore, type EventStore } from '../event-store';
import { loadPoliciesOrThrow } from '../policy';
import { personStream } from '../../events';
import type { Answer } from '../../projections/answer';
import { completeMerges, openLedger, type Ledger } from '.';

const policies = loadPoliciesOrThrow(join(__dirname, '..', '..', 'policies'));

let folder: string;
let store: EventStore;
let ledger: Ledger;
let now: number;
/** Fails the next append to this stream, as a crash in between would. */
let cutOff: string | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merging-'));
  now = Date.parse('2023-03-01T01:00:00Z');
  cutOff = undefined;
  open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  store = openEmbeddedStore({ file: join(folder, 'events.sqlite') });
  const cutting: EventStore = new Proxy(store, {
    get: (target, name) => {
      if (name !== 'append') {
        const value = target[name as keyof EventStore] as unknown;
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      }
      return (stream: string, ...rest: [never, never]) => {
        if (stream === cutOff) throw new Error('the process died here');
        return target.append(stream, ...rest);
      };
    },
  });
  ledger = openLedger({ store: cutting, policies, clock: () => now });
}

const paid = (feeMonth: string) => ({
  type: 'Paid',
  effectiveOn: `${feeMonth}-10`,
  data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth } },
});
const merged = (otherPersonId: string, more: object = {}) => ({
  type: 'Merged',
  effectiveOn: '2023-03-01',
  data: { otherPersonId, reason: 'one person, two records' },
  ...more,
});
const unmerged = (otherPersonId: string) => ({
  type: 'Unmerged',
  effectiveOn: '2023-03-02',
  data: { otherPersonId, reason: 'two persons after all' },
});

async function record(person: string, ...inputs: object[]) {
  now += 1000;
  return ledger.recordPersonEvents(person, inputs);
}

async function recorded(person: string, ...inputs: object[]): Promise<void> {
  expect(await record(person, ...inputs)).toMatchObject({ outcome: 'recorded' });
}

async function expected(person: string, ...inputs: object[]): Promise<string> {
  const outcome = await record(person, ...inputs);
  if (outcome.outcome !== 'invalid') throw new Error(`expected a refusal, got ${outcome.outcome}`);
  return outcome.faults.map((fault) => `${fault.field}: ${fault.expected}`).join('; ');
}

const ask = async (person: string, knownAt?: string | bigint) =>
  (await ledger.answer({
    person,
    region: '211200',
    validOn: '2023-03-15',
    ...(knownAt === undefined ? {} : { knownAt }),
  }))!;
/** What the answer says, without whom it was asked about. */
const said = ({ person: _, ...answer }: Answer) => answer;
/** Without what tells where the knowledge comes from. */
const substance = ({ knownAt: _known, position: _position, ...answer }: Answer) => answer;

describe('two records of one person', () => {
  beforeEach(async () => {
    await recorded('A', paid('2022-10'), paid('2022-11'));
    await recorded('B', paid('2022-12'), paid('2023-01'));
    await recorded('C', paid('2023-02'));
  });

  test('either id has the same answer, which names both; before the merge they are apart', async () => {
    const before = await store.head();
    const [a, b] = [await ask('A', before), await ask('B', before)];
    await recorded('A', merged('B'));
    expect(said(await ask('A'))).toEqual(said(await ask('B')));
    expect(await ask('B')).toMatchObject({ person: 'B', persons: ['A', 'B'], contribution: { actual: 4 } });
    expect([await ask('A', before), await ask('B', before)]).toEqual([a, b]);
    expect(a).not.toHaveProperty('persons');
  });

  test('what is recorded later in either stream counts for both', async () => {
    await recorded('A', merged('B'));
    await recorded('B', paid('2023-02'));
    await recorded('A', paid('2022-09'));
    expect((await ask('A')).contribution.actual).toBe(6);
    expect(said(await ask('A'))).toEqual(said(await ask('B')));
  });

  test('taken apart again, each answers as if they had never been one', async () => {
    const [a, b] = [await ask('A'), await ask('B')];
    await recorded('A', merged('B'));
    const together = await store.head();
    await recorded('B', unmerged('A'));
    expect([substance(await ask('A')), substance(await ask('B'))]).toEqual([substance(a), substance(b)]);
    expect((await ask('A', together)).persons).toEqual(['A', 'B']);
    await recorded('B', merged('A'));
    expect((await ask('A')).persons).toEqual(['B', 'A']);
  });

  test('merges of merges are one person under the first of them, and come apart link by link', async () => {
    await recorded('B', merged('C'));
    await recorded('A', merged('B'));
    for (const person of ['A', 'B', 'C']) expect((await ask(person)).persons).toEqual(['A', 'B', 'C']);
    expect(said(await ask('C'))).toEqual(said(await ask('A')));
    expect(await expected('A', unmerged('C'))).toMatch(
      /one of those with whom A was merged directly; A, B, C are one person/,
    );
    await recorded('A', unmerged('B'));
    expect((await ask('A')).persons).toBeUndefined();
    expect((await ask('C')).persons).toEqual(['B', 'C']);
  });

  test.each([
    ['himself', 'A', merged('A'), 'another person than the one of the stream'],
    ['nobody', 'A', merged('X'), 'a person of whom the ledger holds an event'],
    ['one person already', 'B', merged('C'), 'somebody else: B, C are one person already, counted under B'],
    [
      'a circle',
      'C',
      merged('B'),
      'somebody else: C, B are one person already|somebody else: B, C are one person already, counted under B',
    ],
    ['somebody counted under another', 'A', merged('C'), 'B, under whom C is counted already'],
    [
      'under somebody who is counted under another',
      'C',
      merged('A'),
      'a request for B, under whom C is counted already',
    ],
    ['apart who were never one', 'A', unmerged('B'), 'a person merged with A; the two are apart'],
    ['twice in one batch', 'A', [merged('B'), unmerged('B')], 'one Merged or Unmerged of two persons in a batch'],
  ])('is not merged with %s', async (_what, person, inputs, reason) => {
    await recorded('B', merged('C'));
    const head = await store.head();
    expect(await expected(person, ...[inputs].flat())).toMatch(new RegExp(`^data.otherPersonId: (${reason})`));
    expect(await store.head()).toBe(head);
  });

  test('two requests that merge in opposite directions at once: one is done, the other refused', async () => {
    const outcomes = await Promise.all([record('A', merged('B')), record('B', merged('A'))]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['invalid', 'recorded']);
    expect(said(await ask('A'))).toEqual(said(await ask('B')));
  });

  test('a circle of three at once is not closed', async () => {
    const outcomes = await Promise.all([record('A', merged('B')), record('B', merged('C')), record('C', merged('A'))]);
    expect(outcomes.filter(({ outcome }) => outcome === 'recorded').length).toBeGreaterThan(0);
    expect(outcomes.some(({ outcome }) => outcome === 'invalid')).toBe(true);
    const persons = (await ask('A')).persons!;
    for (const person of persons) expect((await ask(person)).persons).toEqual(persons);
  });

  test('a merge is neither corrected nor voided; it is undone by its own word', async () => {
    await recorded('A', merged('B', { id: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e' }));
    const voided = {
      type: 'Voided',
      effectiveOn: '2023-03-02',
      data: { target: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e', reason: 'slip' },
    };
    expect(await expected('A', voided)).toMatch(/^data.target: an event other than Merged and Unmerged/);
  });

  test('sent again it is recorded once, in both streams', async () => {
    const id = '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e';
    const event = merged('B', { id });
    await recorded('A', event);
    const head = await store.head();
    expect(await record('A', event)).toMatchObject({ outcome: 'alreadyRecorded' });
    expect(await store.head()).toBe(head);
    expect((await ledger.personEvents('B')).at(-1)).toMatchObject({
      type: 'Merged',
      data: { otherPersonId: 'A', countedUnder: 'A' },
      metadata: { causationId: id },
    });
  });

  test.each([
    ['the same request', { id: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e' }],
    ['another request for the same', {}],
  ] as [string, { id?: string }][])('broken off between the two streams, %s completes it', async (_what, more) => {
    cutOff = personStream('B');
    await expect(record('A', merged('B', more))).rejects.toThrow('the process died here');
    expect((await ask('B')).persons).toBeUndefined();
    await store.close();
    cutOff = undefined;
    open();
    expect((await record('A', merged('B', more))).outcome).toMatch(/ecorded$/);
    expect((await ask('B')).persons).toEqual(['A', 'B']);
  });

  test('a taking apart that broke off holds for both', async () => {
    await recorded('A', merged('B'));
    cutOff = personStream('B');
    await expect(record('A', unmerged('B'))).rejects.toThrow('the process died here');
    expect((await ask('A')).persons).toBeUndefined();
    expect((await ask('B')).persons).toBeUndefined();
  });

  test('told by one stream alone, as logs from elsewhere may, it holds for the one who tells it', async () => {
    const events = [
      {
        id: '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e',
        type: 'Merged',
        recordedAt: '2023-03-01T10:00:00.000+08:00',
        data: { otherPersonId: 'B', reason: 'x' },
        metadata: { effectiveOn: '2023-03-01', schemaVersion: 1 },
      },
    ];
    await store.append(personStream('A'), events, 1);
    now += 2 * 3_600_000;
    expect((await ask('A')).persons).toEqual(['A', 'B']);
    await recorded('A', unmerged('B'));
    expect((await ask('A')).persons).toBeUndefined();
  });
});

test('whatever is recorded before, between and after: merged and taken apart leaves every later answer as if never merged', async () => {
  const month = fc
    .integer({ min: 0, max: 23 })
    .map((n) => `202${1 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`);
  const facts = fc.array(fc.record({ on: fc.constantFrom('A', 'B', 'C'), month }), { maxLength: 4 });
  const links = fc.uniqueArray(fc.constantFrom(['B', 'C'], ['A', 'B']), {
    minLength: 1,
    maxLength: 2,
    selector: String,
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(facts, facts, facts, links, async (before, between, after, pairs) => {
      round += 1;
      const id = (world: string, person: string) => `${world}${round}-${person}`;
      for (const world of ['merged', 'plain']) {
        const tell = async (some: typeof before) => {
          for (const { on, month: feeMonth } of some) await recorded(id(world, on), paid(feeMonth));
        };
        for (const person of ['A', 'B', 'C']) await recorded(id(world, person), paid('2020-12'));
        await tell(before);
        const ordered = pairs
          .map(([a, b]) => [id(world, a!), id(world, b!)] as const)
          .sort((x, y) => (x[0] < y[0] ? 1 : -1));
        if (world === 'merged') for (const [a, b] of ordered) await recorded(a, merged(b));
        await tell(between);
        if (world === 'merged') for (const [a, b] of [...ordered].reverse()) await recorded(b, unmerged(a));
        await tell(after);
      }
      for (const person of ['A', 'B', 'C']) {
        const bare = async (world: string) => {
          const { person: _, because, ...answer } = substance(await ask(id(world, person)));
          return { ...answer, because: because.map(({ events, ...reason }) => ({ ...reason, events: events.length })) };
        };
        expect(await bare('merged')).toEqual(await bare('plain'));
      }
    }),
    { numRuns: 15 },
  );
});

describe('a look through the log, later and without the request,', () => {
  beforeEach(async () => {
    await recorded('A', paid('2022-01'));
    await recorded('B', paid('2022-02'));
  });
  const complete = (after = 0n) => completeMerges(store, ledger, { after });
  const broken = async (person: string, input: object, other: string) => {
    cutOff = personStream(other);
    await expect(record(person, input)).rejects.toThrow('the process died here');
    cutOff = undefined;
  };

  test('completes a merge that broke off, once', async () => {
    await broken('A', merged('B'), 'B');
    expect((await ask('B')).persons).toBeUndefined();
    const before = await store.head();
    expect(await complete()).toEqual({ completed: 1, open: [] });
    expect(said(await ask('B'))).toEqual(said(await ask('A')));
    expect(await complete()).toEqual({ completed: 0, open: [] });
    expect(await store.head()).toBe(before + 1n);
    // What was known until then stays as it was known.
    expect((await ask('B', before)).persons).toBeUndefined();
  });

  test('completes a taking apart', async () => {
    await recorded('A', merged('B'));
    await broken('A', unmerged('B'), 'B');
    expect(await complete()).toEqual({ completed: 1, open: [] });
    const types = (await ledger.personEvents('B')).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['Merged', 'Unmerged']);
  });

  test('leaves alone what the two had another word after', async () => {
    await broken('A', merged('B'), 'B');
    await recorded('A', unmerged('B'));
    const before = await store.head();
    expect(await complete()).toEqual({ completed: 0, open: [] });
    expect(await store.head()).toBe(before);
    expect((await ask('A')).persons).toBeUndefined();
    expect((await ask('B')).persons).toBeUndefined();
  });

  test('begins where it is told, and names what it cannot complete', async () => {
    await broken('A', merged('B'), 'B');
    const through = await store.head();
    expect(await complete(through)).toEqual({ completed: 0, open: [] });
    cutOff = personStream('B');
    expect(await complete()).toMatchObject({
      completed: 0,
      open: [{ stream: 'person-A', why: 'the process died here' }],
    });
  });
});
