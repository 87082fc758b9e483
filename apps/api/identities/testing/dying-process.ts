import { openVault, eraseIdentities } from '../../../../libs/vault';
import { openLedger, openStore } from '../../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../../libs/policy';
import type { EventStore } from '../../../../libs/event-store';
import { readSettings } from '../../settings';

/**
 * A process that dies in the middle: between destroying a person's key and telling the log (`erase P1`), or between the two streams
 * of a merge (`merge P1 P2`). Everything else is the program's own.
 */
async function main([data, what, person, other]: string[]): Promise<void> {
  const settings = readSettings({ LEDGER_DATA: data! });
  const store = openStore(data!);
  const diesAt = `person-${what === 'erase' ? person! : other!}`;
  const dying: EventStore = new Proxy(store, {
    get(target, name) {
      const value = target[name as keyof EventStore] as unknown;
      if (name !== 'append') return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      return (stream: string, ...rest: [never, never]) => {
        if (stream === diesAt) process.kill(process.pid, 'SIGKILL');
        return target.append(stream, ...rest);
      };
    },
  });
  const ledger = openLedger({ store: dying, policies: loadPoliciesOrThrow(settings.policies), clock: Date.now });
  if (what === 'erase') {
    const { vault } = await openVault(settings.vault, Date.now);
    await eraseIdentities(vault, ledger, [person!], { legalBasis: 'PIPL art. 47', actor: 'test' });
  } else {
    const data = { otherPersonId: other, reason: 'one person' };
    await ledger.recordPersonEvents(person!, [{ type: 'Merged', effectiveOn: '2023-03-01', data }]);
  }
  throw new Error('it did not die');
}

void main(process.argv.slice(2));
