import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type EventStore, type NewEvent } from '../event-store';
import { loadPoliciesOrThrow } from '../policy';
import { RegionNeeded, openLedger, openStoreReader, storeFile, type Ledger } from '.';
import { UnreadableEvent, parseEventOrThrow, personStream, toStored } from '../../events';

const policies = loadPoliciesOrThrow(join(__dirname, '..', '..', 'policies'));
const start = Date.parse('2022-12-01T01:00:00Z');

let folder: string;
let file: string;
let store: EventStore;
let ledger: Ledger;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  file = join(folder, 'events.sqlite');
  store = openEmbeddedStore({ file });
  now = start;
  ledger = openLedger({ store, policies, clock: () => now });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region: '211200', participation: 'employed', firstTime: true },
};
const paid = (feeMonth: string, on: string, more: object = {}) => ({
  type: 'Paid',
  effectiveOn: on,
  data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth } },
  ...more,
});
const died = { type: 'Died', effectiveOn: '2022-06-20', data: {} };
const UUID = '0d7c2f55-6a0e-4b8e-9d54-1f2a3b4c5d6e';

const toStore = (input: object) =>
  toStored(parseEventOrThrow(input, { person: 'P1', recordedAt: '2022-12-01', makeId: () => UUID })) as NewEvent;

async function recorded(person: string, ...inputs: object[]) {
  const outcome = await ledger.recordPersonEvents(person, inputs);
  if (outcome.outcome !== 'recorded') throw new Error(`expected recorded, got ${JSON.stringify(outcome)}`);
  return outcome.events;
}

describe('recording', () => {
  test('stamps a batch with one moment, and the next batch with a later one', async () => {
    const first = await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const second = await recorded('P1', paid('2022-06', '2022-06-02'));
    expect(first.map(({ recordedAt }) => recordedAt)).toEqual(Array(2).fill('2022-12-01T09:00:00.000+08:00'));
    expect(second[0]!.recordedAt).toBe('2022-12-01T09:00:00.001+08:00');
  });

  test('never stamps before what was stamped, whatever the clock does', async () => {
    await recorded('P1', registered);
    now -= 3_600_000;
    const [back] = await recorded('P2', registered);
    expect(back!.recordedAt).toBe('2022-12-01T09:00:00.000+08:00');
    await store.close();
    store = openEmbeddedStore({ file });
    ledger = openLedger({ store, policies, clock: () => now });
    const [restarted] = await recorded('P1', paid('2022-05', '2022-05-16'));
    expect(restarted!.recordedAt).toBe('2022-12-01T09:00:00.001+08:00');
  });

  test('takes events into regions and employers', async () => {
    const period = {
      type: 'CollectionPeriodAnnounced',
      effectiveOn: '2022-09-01',
      data: { benefitYear: 2023, kind: 'collection', from: '2022-10-01', through: '2022-12-31' },
    };
    expect(await ledger.recordRegionEvents('211200', [period])).toMatchObject({ outcome: 'recorded', revision: 0 });
    expect(
      await ledger.recordEmployerEvents('E1', [
        { type: 'EmployerRegistered', effectiveOn: '2022-01-01', data: { uscc: 'E1', region: '211200' } },
      ]),
    ).toMatchObject({ outcome: 'recorded' });
    expect(await ledger.regionEvents('211200')).toHaveLength(1);
    expect(await ledger.employerEvents('E1')).toHaveLength(1);
  });

  test('the same request with its key is recorded once, and another with the same key refused', async () => {
    const send = (input: object, idempotencyKey = 'k') => ledger.recordPersonEvents('P1', [input], { idempotencyKey });
    expect(await send(registered)).toMatchObject({ outcome: 'recorded' });
    now += 60_000;
    const again = await send(registered);
    expect(again).toMatchObject({
      outcome: 'alreadyRecorded',
      revision: 0,
      events: [{ recordedAt: '2022-12-01T09:00:00.000+08:00' }],
    });
    expect(await send(died)).toMatchObject({ outcome: 'conflictingId' });
    expect(await send(died, 'k2')).toMatchObject({ outcome: 'recorded', revision: 1 });
  });

  test('keeps to an expected revision', async () => {
    expect(await ledger.recordPersonEvents('P1', [registered], { expected: 0 })).toEqual({
      outcome: 'wrongExpectedRevision',
      actual: 'noStream',
    });
    expect(await ledger.recordPersonEvents('P1', [registered], { expected: 'noStream' })).toMatchObject({
      outcome: 'recorded',
    });
    expect(await ledger.recordPersonEvents('P1', [died], { expected: 'noStream' })).toEqual({
      outcome: 'wrongExpectedRevision',
      actual: 0,
    });
  });

  test('without one waits out who else writes, also another ledger over the store', async () => {
    const other = openLedger({ store, policies, clock: () => now });
    await recorded('P1', registered);
    await other.recordPersonEvents('P1', [paid('2022-05', '2022-05-16')]);
    const many = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? ledger : other).recordPersonEvents('P1', [
        paid('2022-06', '2022-06-02', { metadata: { correlationId: String(index) } }),
      ]),
    );
    expect((await Promise.all(many)).map(({ outcome }) => outcome)).toEqual(Array(20).fill('recorded'));
    const times = (await ledger.personEvents('P1')).map(({ recordedAt }) => recordedAt);
    expect(times).toEqual([...times].sort());
  });

  test.each<[string, object, string, RegExp]>([
    ['an unknown type', { ...died, type: 'Passed' }, 'type', /event type/],
    ['a person beside the stream’s', { ...died, person: 'P2' }, 'stream', /person-P1/],
    ['an id that is no UUID', { ...died, id: 'mine' }, 'id', /UUID/],
    ['a time of recording of its own', { ...died, recordedAt: '2022-06-20' }, 'recordedAt', /migratedFrom/],
    ['a migrated event without its time', { ...died, metadata: { migratedFrom: 'old' } }, 'recordedAt', /the instant/],
    [
      'a target that is not in the stream',
      { type: 'Voided', effectiveOn: '2022-06-20', data: { target: UUID, reason: 'x' } },
      'data.target',
      /person-P1/,
    ],
    [
      'itself as a target',
      { id: UUID, type: 'Voided', effectiveOn: '2022-06-20', data: { target: UUID, reason: 'x' } },
      'data.target',
      /person-P1/,
    ],
  ])('refuses %s', async (_, input, field, expected) => {
    const outcome = await ledger.recordPersonEvents('P1', [registered, input]);
    expect(outcome).toMatchObject({ outcome: 'invalid', faults: [{ index: 1, field }] });
    expect((outcome as { faults: { expected: string }[] }).faults[0]!.expected).toMatch(expected);
    expect(await store.head()).toBe(0n);
  });

  test('refuses a correction of fields that the target does not take', async () => {
    const [event] = await recorded('P1', paid('2022-05', '2022-05-16'));
    const correct = (data: object) =>
      ledger.recordPersonEvents('P1', [
        { type: 'Corrected', effectiveOn: '2022-06-01', data: { target: event!.id, data, reason: 'x' } },
      ]);
    expect(await correct({ colour: 'red' })).toMatchObject({
      outcome: 'invalid',
      faults: [{ index: 0, field: 'data.data.colour' }],
    });
    expect(await correct({ scheme: null })).toMatchObject({ outcome: 'invalid' });
    expect(await correct({ unitFen: 48000 })).toMatchObject({ outcome: 'recorded' });
  });

  test('a correction may stand in one batch with its target', async () => {
    const outcome = await ledger.recordPersonEvents('P1', [
      paid('2022-05', '2022-05-16', { id: UUID }),
      { type: 'Voided', effectiveOn: '2022-06-01', data: { target: UUID, reason: 'x' } },
    ]);
    expect(outcome).toMatchObject({ outcome: 'recorded' });
  });

  test('says who recorded it and who told it', async () => {
    await ledger.recordPersonEvents('P1', [{ ...died, metadata: { actor: 'someone', source: 'police' } }], {
      actor: 'clerk-7',
      source: 'agency',
      correlationId: 'c',
    });
    expect((await ledger.personEvents('P1'))[0]!.metadata).toMatchObject({
      actor: 'clerk-7',
      source: 'police',
      correlationId: 'c',
    });
  });
});

describe('recording in many streams at once', () => {
  const events = async (person: string, ...inputs: object[]) => {
    // Read at the door by another ledger, so that this one has not seen the streams.
    const other = openEmbeddedStore({ file: join(folder, `${person}.sqlite`) });
    try {
      const elsewhere = openLedger({ store: other, policies, clock: () => now });
      const outcome = await elsewhere.recordPersonEvents(person, inputs);
      if (outcome.outcome !== 'recorded') throw new Error(outcome.outcome);
      return { stream: personStream(person), events: outcome.events };
    } finally {
      await other.close();
    }
  };
  const typesOf = async (person: string) => (await ledger.personEvents(person)).map(({ type }) => type);

  it('appends to each as if it were alone: new, known, there already, refused by the store, refused by the ledger', async () => {
    await recorded('known', registered);
    const there = await events('there', registered, paid('2022-05', '2022-05-16'));
    await ledger.append(there.stream, there.events);
    const taken = await events('taken', registered);
    await ledger.append(personStream('owner'), taken.events);
    const amending = await events('amending', registered);
    const target = UUID;
    const corrected = { type: 'Corrected', effectiveOn: '2022-06-01', data: { target, data: {}, reason: 'x' } };
    const outcomes = await ledger.appendAll([
      await events('new', registered, died),
      await events('known', paid('2022-05', '2022-05-16')),
      there,
      taken,
      { ...amending, events: [{ ...amending.events[0]!, ...corrected } as never] },
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'recorded',
      'recorded',
      'alreadyRecorded',
      'conflictingId',
      'invalid',
    ]);
    expect(outcomes[0]).toMatchObject({ revision: 1 });
    expect(await typesOf('new')).toEqual(['Registered', 'Died']);
    expect(await typesOf('known')).toEqual(['Registered', 'Paid']);
    expect(await typesOf('there')).toEqual(['Registered', 'Paid']);
    expect([await typesOf('taken'), await typesOf('amending')]).toEqual([[], []]);
  });

  it('waits for whoever writes the same stream, and is waited for', async () => {
    const [first, second] = await Promise.all([
      ledger.appendAll([await events('P1', registered), await events('P2', registered)]),
      ledger.recordPersonEvents('P1', [paid('2022-05', '2022-05-16')]),
      ledger.appendAll([await events('P2', paid('2022-05', '2022-05-16'))]),
      ledger.recordPersonEvents('P2', [died]),
    ]);
    expect(first.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded']);
    expect(second.outcome).toBe('recorded');
    expect(await typesOf('P1')).toHaveLength(2);
    expect(await typesOf('P2')).toHaveLength(3);
  });

  it('learns that another process has written to a stream it knows', async () => {
    await recorded('P1', registered);
    await store.append(personStream('P1'), [toStore(paid('2022-05', '2022-05-16'))], 0);
    const [outcome] = await ledger.appendAll([await events('P1', died)]);
    expect(outcome).toMatchObject({ outcome: 'recorded', revision: 2 });
  });
});

describe('history from elsewhere', () => {
  const migrated = (input: object, recordedAt: string) => ({ ...input, recordedAt });
  const record = (...inputs: object[]) =>
    ledger.recordPersonEvents('P1', inputs, { migratedFrom: 'old', idempotencyKey: 'm' });

  test('keeps its time', async () => {
    expect(
      await record(
        migrated(registered, '2022-05-09T08:00:00+08:00'),
        migrated(paid('2022-05', '2022-05-16'), '2022-05-17'),
      ),
    ).toMatchObject({
      outcome: 'recorded',
      events: [
        { recordedAt: '2022-05-09T08:00:00.000+08:00', metadata: { migratedFrom: 'old' } },
        { recordedAt: '2022-05-17T00:00:00.000+08:00' },
      ],
    });
  });

  test('is refused after something later, unless it is the same request again', async () => {
    const first = [migrated(registered, '2022-05-09')];
    await record(...first);
    await recorded('P1', died);
    expect(await record(...first)).toMatchObject({ outcome: 'alreadyRecorded', revision: 0 });
    const late = await ledger.recordPersonEvents('P1', [migrated(paid('2022-05', '2022-05-16'), '2022-05-17')], {
      migratedFrom: 'old',
    });
    expect(late).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'recordedAt', expected: expect.stringMatching(/^not before 2022-12-01/) as unknown }],
    });
  });

  test('cannot come from the future, nor out of order', async () => {
    expect(await record(migrated(registered, '2023-01-01'))).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'recordedAt' }],
    });
    expect(await record(migrated(registered, '2022-05-09'), migrated(died, '2022-05-08'))).toMatchObject({
      outcome: 'invalid',
      faults: [{ index: 1 }],
    });
    expect(await store.head()).toBe(0n);
  });
});

describe('answering', () => {
  const ask = (more: object = {}) => ledger.answer({ person: 'P1', validOn: '2022-08-20', ...more });

  test('nobody’s question has no answer', async () => expect(await ask()).toBeUndefined());

  test('finds the region itself, and sees what was recorded a moment ago', async () => {
    await recorded('P1', registered);
    expect(await ask()).toMatchObject({
      region: '211200',
      benefit: { status: 'notCovered' },
      contribution: { actual: 0 },
    });
    await recorded('P1', paid('2022-05', '2022-05-16'), paid('2022-08', '2022-08-02'));
    expect(await ask()).toMatchObject({ contribution: { actual: 2 }, position: '3' });
  });

  test('sees what another process has written', async () => {
    await recorded('P1', registered);
    const reader = openStoreReader(folder);
    const elsewhere = openLedger({ store: reader, policies, clock: () => now + 1000 });
    const months = async () => (await elsewhere.answer({ person: 'P1', validOn: '2022-08-20' }))!.contribution.actual;
    expect(await months()).toBe(0);
    await recorded('P1', paid('2022-05', '2022-05-16'));
    expect(await months()).toBe(1);
    await expect(elsewhere.recordPersonEvents('P1', [died])).rejects.toThrow(/reading only/);
    await reader.close();
  });

  test('at an earlier limit of knowledge stays what it was', async () => {
    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const before = await ask({ knownAt: '2022-12-01' });
    now += 86_400_000;
    await recorded('P1', paid('2022-06', '2022-06-02'));
    expect(await ask({ knownAt: '2022-12-01' })).toEqual(before);
    expect(await ask({ knownAt: 2n })).toMatchObject({ contribution: { actual: 1 } });
    expect(await ask()).toMatchObject({ contribution: { actual: 2 } });
  });

  test('takes rulings of the region and of the regions above it, from when they are known', async () => {
    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const choiceOf = async () => (await ask())!.readings.find(({ id }) => id === 'A-01');
    expect(await choiceOf()).toMatchObject({ choice: 'A', by: 'pack' });
    await ledger.recordRegionEvents('210000', [
      {
        type: 'RulingRecorded',
        effectiveOn: '2022-01-01',
        data: { reading: 'A-01', choice: 'B', authority: 'province' },
      },
    ]);
    expect(await choiceOf()).toMatchObject({ choice: 'B', by: 'ruling' });
    expect((await ask({ readings: { 'A-01': 'A' } }))!.readings.find(({ id }) => id === 'A-01')).toMatchObject({
      choice: 'A',
      by: 'question',
    });
  });

  test('follows no ruling for what the packs do not offer: refused at the door, passed over where one was stored', async () => {
    const ruling = (reading: string, choice: string) => ({
      type: 'RulingRecorded',
      effectiveOn: '2000-01-01',
      data: { reading, choice, authority: 'somebody' },
    });
    expect(await ledger.recordRegionEvents('211200', [ruling('A-01', 'Z')])).toMatchObject({
      outcome: 'invalid',
      faults: [{ index: 0, field: 'data.choice', value: 'Z', expected: 'one of the choices of A-01: A, B' }],
    });
    expect(await ledger.recordRegionEvents('211200', [ruling('A-99', 'B')])).toMatchObject({
      outcome: 'invalid',
      faults: [{ index: 0, field: 'data.reading', value: 'A-99' }],
    });

    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const before = await ask();
    const outcome = await ledger.recordRegionEvents('211200', [ruling('A-01', 'A')]);
    const target = 'events' in outcome ? outcome.events[0]!.id : '';
    await ledger.recordRegionEvents('211200', [
      { type: 'Corrected', effectiveOn: '2022-01-01', data: { target, data: { choice: 'Z' }, reason: 'a slip' } },
    ]);
    const after = await ask();
    expect(after!.waitingPeriods).toEqual(before!.waitingPeriods);
    expect(after!.readings).toContainEqual({ id: 'A-01', choice: 'A', by: 'pack' });
  });

  test('needs a region from somebody of whom nothing names one', async () => {
    await recorded('P1', died);
    await expect(ask()).rejects.toThrow(RegionNeeded);
    expect(await ask({ region: '211200' })).toMatchObject({ region: '211200' });
  });

  test('of a time before anything was known is asked of the region that became his', async () => {
    await recorded('P1', registered);
    expect(await ask({ knownAt: '2022-01-01' })).toMatchObject({ region: '211200', registrations: [] });
  });

  test('counts the months of a person merged into another, until they are taken apart', async () => {
    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    await recorded('P2', paid('2022-06', '2022-06-02'));
    await recorded('P1', {
      type: 'Merged',
      effectiveOn: '2022-07-01',
      data: { otherPersonId: 'P2', reason: 'one person, two numbers' },
    });
    expect(await ask()).toMatchObject({ contribution: { actual: 2 } });
    await recorded('P1', {
      type: 'Unmerged',
      effectiveOn: '2022-07-02',
      data: { otherPersonId: 'P2', reason: 'two persons after all' },
    });
    expect(await ask()).toMatchObject({ contribution: { actual: 1 } });
  });

  test('somebody whose stream cannot be read is parked, and everybody else goes on', async () => {
    await recorded('P1', registered);
    await recorded('P2', registered);
    await store.close();
    const database = new Database(file);
    database.prepare('UPDATE event SET type = ? WHERE stream = ?').run('Unheard', personStream('P1'));
    database.close();
    store = openEmbeddedStore({ file });
    ledger = openLedger({ store, policies, clock: () => now });
    expect(await ask()).toMatchObject({
      region: '211200',
      benefit: { status: 'undetermined' },
      undetermined: [{ why: 'parked', needs: 'person-P1 revision 0' }],
    });
    expect(await ledger.answer({ person: 'P2', validOn: '2022-08-20' })).toMatchObject({
      registrations: [{ status: 'normal' }],
    });
  });

  test('what cannot be read changes no answer that was given before it was recorded', async () => {
    await recorded('P1', registered);
    const asked = { person: 'P1', validOn: '2022-08-20', knownAt: ledger.now() };
    const before = await ledger.answer(asked);
    const { position } = (await ledger.personEvents('P1')).at(-1)!;
    now += 86_400_000;
    await recorded('P1', paid('2022-05', '2022-05-16'), paid('2022-06', '2022-06-16'));
    await store.close();
    const database = new Database(file);
    database.prepare('UPDATE event SET type = ? WHERE stream = ? AND revision = 1').run('Unheard', personStream('P1'));
    database.close();
    store = openEmbeddedStore({ file });
    ledger = openLedger({ store, policies, clock: () => now });
    const parked = { undetermined: [{ why: 'parked', needs: 'person-P1 revision 1' }] };
    for (let times = 0; times < 2; times++) {
      expect(await ledger.answer(asked)).toEqual(before);
      const { knownAt: _, ...atPosition } = before!;
      expect(await ledger.answer({ ...asked, knownAt: BigInt(position!) })).toMatchObject(atPosition);
      expect(await ask()).toMatchObject(parked);
    }
    expect(await ledger.whatIsKnown(asked)).toMatchObject({ revision: 2 });
    await expect(ledger.personEvents('P1')).rejects.toThrow(UnreadableEvent);
    expect(await ledger.personEvents('P1', asked.knownAt)).toHaveLength(1);
  });
});

describe('commands', () => {
  const suspend = { type: 'Suspend', data: { scheme: 'employee', region: '211200', reason: 'job ended' } } as const;

  test('an accepted one is recorded on what it was decided on', async () => {
    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const { decision, recorded: outcome } = await ledger.carryOut('P1', suspend, '2022-06-30', { actor: 'clerk-7' });
    expect(decision).toMatchObject({ accepted: true });
    expect(outcome).toMatchObject({
      outcome: 'recorded',
      events: [{ type: 'Suspended', effectiveOn: '2022-06-30', metadata: { actor: 'clerk-7' } }],
    });
  });

  test('a refused one records nothing', async () => {
    await recorded('P1', registered);
    const head = await store.head();
    const { decision, recorded: outcome } = await ledger.carryOut(
      'P1',
      { type: 'Retire', data: { region: '211200' } },
      '2022-06-30',
    );
    expect(decision).toMatchObject({ accepted: false, rule: expect.stringMatching(/^TL-/) as unknown });
    expect(outcome).toBeUndefined();
    expect(await store.head()).toBe(head);
  });

  test('two at once are decided one after the other', async () => {
    await recorded('P1', registered, paid('2022-05', '2022-05-16'));
    const both = await Promise.all([
      ledger.carryOut('P1', suspend, '2022-06-30'),
      ledger.carryOut('P1', suspend, '2022-06-30'),
    ]);
    expect(both.map(({ decision }) => decision.accepted)).toEqual([true, true]);
    expect((await ledger.personEvents('P1')).filter(({ type }) => type === 'Suspended')).toHaveLength(1);
  });

  test('somebody unknown can be registered', async () => {
    const { decision, recorded: outcome } = await ledger.carryOut(
      'P9',
      { type: 'Register', data: { scheme: 'resident', region: '211200', participation: 'general' } },
      '2022-11-01',
    );
    expect(decision).toMatchObject({ accepted: true });
    expect(outcome).toMatchObject({ outcome: 'recorded', revision: 0 });
  });
});

test('a data folder holds its store in one file; a file is itself', () => {
  expect(storeFile(folder)).toBe(join(folder, 'events.sqlite'));
  expect(storeFile(file)).toBe(file);
  expect(storeFile(`embedded:${folder}`)).toBe(join(folder, 'events.sqlite'));
});
