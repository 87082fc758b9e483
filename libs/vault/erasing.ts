import { dayOfInstant } from '../calendar';
import type { Ledger, RecordOptions } from '../ledger';
import { parseEvent, personStream, type Fault } from '../../events';
import type { Erasure } from './erasures';
import type { Vault } from './vault';

/** Why, and on whose word, identities are erased. */
export interface ErasureOrder {
  /** The provision or order that asks for it; recorded for good, so it names nobody. */
  legalBasis: string;
  actor?: string;
}

/**
 * Erases the identities of persons, and then tells the log. What is destroyed stays destroyed where the log cannot be told; the
 * event is owed, and `tellErasures` records it. Gives what is wrong with the order, and then nothing was erased.
 */
export async function eraseIdentities(
  vault: Vault,
  ledger: Ledger,
  persons: readonly string[],
  order: ErasureOrder,
  options: RecordOptions = {},
): Promise<{ erasures: Erasure[] } | { faults: Fault[] }> {
  const faults = faultsOfOrder(order);
  if (faults.length > 0) return { faults };
  const erasures: Erasure[] = [];
  for (const person of persons) erasures.push(await vault.erase(person, order));
  for (const erasure of erasures) await tell(vault, ledger, erasure, options);
  return { erasures: erasures.map((erasure) => ({ ...erasure, recorded: true })) };
}

/** Tells the log of erasures that a crash kept from it; gives how many there were. */
export async function tellErasures(vault: Vault, ledger: Ledger): Promise<number> {
  const owed = await vault.unrecordedErasures();
  for (const erasure of owed) await tell(vault, ledger, erasure, {});
  return owed.length;
}

/** What is wrong with the order as the event will hold it. */
export function faultsOfOrder({ legalBasis }: ErasureOrder): Fault[] {
  const parsed = parseEvent(
    { type: 'IdentityErased', effectiveOn: '2000-01-01', data: { legalBasis } },
    { person: 'nobody', recordedAt: '2000-01-01', makeId: () => 'not-stored' },
  );
  return parsed.ok ? [] : parsed.faults;
}

async function tell(vault: Vault, ledger: Ledger, erasure: Erasure, { correlationId }: RecordOptions): Promise<void> {
  const { person, eventId, erasedAt, legalBasis, actor, recorded } = erasure;
  if (recorded) return;
  const event = {
    id: eventId,
    type: 'IdentityErased',
    effectiveOn: dayOfInstant(erasedAt),
    data: { legalBasis },
  };
  const outcome = await ledger.recordPersonEvents(person, [event], {
    source: 'agency',
    ...(actor === undefined ? {} : { actor }),
    ...(correlationId === undefined ? {} : { correlationId }),
  });
  // The same event with another correlation id: it was recorded, and the vault was not told.
  const there = outcome.outcome === 'conflictingId' && (await holds(ledger, person, eventId));
  if (there || outcome.outcome === 'recorded' || outcome.outcome === 'alreadyRecorded') {
    await vault.erasureRecorded(person);
    return;
  }
  throw new Error(
    `the identity of ${person} is erased, but ${personStream(person)} could not be told: ${outcome.outcome}`,
  );
}

async function holds(ledger: Ledger, person: string, eventId: string): Promise<boolean> {
  const events = await ledger.personEvents(person);
  return events.some(({ id, type }) => id === eventId && type === 'IdentityErased');
}
