import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../../libs/ledger';
import { rebuild } from '../../../../libs/read-model';
import { fill, inventedEvents } from '../../../../libs/read-model/bench';
import { openPolicies } from '../../installation';
import { assertSame, contentsOf, monthsOf, type Held } from './contents';

const PERSONS = 700;

/** What the peer is asked to keep: told in a few lines, so that it can be checked against what the ledger keeps. */
function countedFromTheLog(): Map<string, Held> {
  const held = new Map<string, Held & { counted: Map<string, Pick<Held, 'months' | 'relations'>> }>();
  for (const { id, type, stream, data } of inventedEvents(openPolicies(undefined), PERSONS, 1)) {
    if (!stream.startsWith('person-')) continue;
    const person = stream.slice('person-'.length);
    const one = held.get(person) ?? { events: 0, months: 0, relations: 0, counted: new Map() };
    held.set(person, one);
    one.events++;
    const takenBack = type === 'Voided' ? one.counted.get(data.target) : undefined;
    const added = {
      months: type === 'Paid' ? monthsOf(data) : -(takenBack?.months ?? 0),
      relations: type === 'Registered' ? 1 : -(takenBack?.relations ?? 0),
    };
    one.counted.set(id, added);
    one.months += added.months;
    one.relations += added.relations;
  }
  return new Map([...held].map(([person, { events, months, relations }]) => [person, { events, months, relations }]));
}

describe('what a rebuild holds, beside what another program made of the same events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-contents-'));
  const readModel = join(folder, 'read-model.db');

  beforeAll(async () => {
    const store = openStore(join(folder, 'events.sqlite'));
    await fill(store, inventedEvents(openPolicies(undefined), PERSONS, 1));
    await rebuild({ store, policies: openPolicies(undefined), readModel });
    await store.close();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the same for everybody, records that were merged counted once', () => {
    const ours = contentsOf(readModel);
    expect([...ours.values()].some(({ joins }) => joins.length > 0)).toBe(true);
    expect(() => assertSame(ours, countedFromTheLog())).not.toThrow();
  });

  it.each(['events', 'months', 'relations'] as const)('is not the same with one of the %s missing', (field) => {
    const theirs = countedFromTheLog();
    theirs.get('G1-00000042')![field]--;
    expect(() => assertSame(contentsOf(readModel), theirs)).toThrow('G1-00000042');
  });

  it('is not the same with somebody missing', () => {
    const theirs = countedFromTheLog();
    theirs.delete('G1-00000042');
    expect(() => assertSame(contentsOf(readModel), theirs)).toThrow('the ledger holds 702 persons and Emmett 701');
  });
});
