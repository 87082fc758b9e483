import { endOfDay, lastDayOf, monthNumber, toDay, toMonth } from '../calendar';
import type { Policies } from '../policy/evaluation';
import { fromStored, personStream, type EventFromStore } from '../../events';
import { compared } from './answers';
import { resolve, type Material } from './material';

/**
 * Compares answers about an invented person until the machine has compiled what that takes: the first differences that a
 * server is asked for take many times as long otherwise. Gives way between two, and ends early where `wanted` says no.
 * Nothing is read, recorded or kept.
 */
export async function warmUp(policies: Policies, wanted: () => boolean): Promise<void> {
  const national = policies.national()?.region;
  const region = policies.packs.find((pack) => pack.region !== national)?.region;
  for (let round = 0; region !== undefined && round < ROUNDS && wanted(); round++) {
    const material = inventedPerson(region, round);
    const [from, to] = [BEFORE, LAST].map((knownAt) => resolve(material, { validOn: LAST, knownAt }, NOW, policies));
    compared(material, from!, to!);
    await new Promise((next) => setTimeout(next, 0));
  }
}

const ROUNDS = 60;
const PERSON = 'warm-up';
const FIRST = monthNumber('2020-01');
const MONTHS = 36;
const LAST = toDay(lastDayOf(FIRST + MONTHS - 1));
const BEFORE = toDay(lastDayOf(FIRST + MONTHS - 1) - 1);
const NOW = endOfDay(LAST);

/** Somebody who paid for years; what months came late, and whether they were made up for, is another in each round. */
function inventedPerson(region: string, round: number): Material {
  const stream = personStream(PERSON);
  const stored: EventFromStore[] = [];
  const add = (type: string, effectiveOn: string, recordedOn: string, data: object) =>
    void stored.push({
      id: `warm-up-${stored.length}`,
      type,
      stream,
      revision: stored.length,
      position: BigInt(stored.length + 1),
      recordedAt: endOfDay(recordedOn),
      data: { scheme: 'employee', region, ...data },
      metadata: { effectiveOn, schemaVersion: 1 },
    } as EventFromStore);
  add('Registered', `${toMonth(FIRST)}-01`, `${toMonth(FIRST)}-01`, { participation: 'employed' });
  for (let n = 0; n < MONTHS; n++) {
    const month = toMonth(FIRST + n);
    const late = n % 9 < round % 5;
    const kind = late && round % 2 === 0 ? 'back' : 'regular';
    add('Paid', `${month}-10`, late ? LAST : `${month}-10`, { kind, feeMonths: { from: month, through: month } });
  }
  return { person: PERSON, streams: new Map([[stream, stored.map(fromStored)]]) };
}
