import { openEmbeddedStore } from './embedded';
import { openEventStoreDb, type EventStoreDbObserver } from './eventstoredb';
import type { EventStore } from './port';

/**
 * Opens the store an address names: `embedded:<file>`, `esdb://…` or `esdb+discover://…` (for a cluster).
 * The observer hears of retries and subscriptions where there is a connection to have trouble with.
 * Throws when the address is none of these or cannot be used.
 */
export function openStore(url: string, options: { observer?: EventStoreDbObserver } = {}): EventStore {
  const [scheme, file] = splitOnce(url);
  switch (scheme) {
    case 'embedded':
      if (file === '')
        throw new Error('the address of the event store is "embedded:" without a file; expected embedded:<file>');
      return openEmbeddedStore({ file });
    case 'esdb':
    case 'esdb+discover':
      return openEventStoreDb({ connectionString: url, observer: options.observer });
    default:
      throw new Error(
        `the address of the event store begins with ${JSON.stringify(scheme)}; expected embedded:<file>, esdb://… or esdb+discover://…`,
      );
  }
}

function splitOnce(url: string): [scheme: string, rest: string] {
  const colon = url.indexOf(':');
  return colon === -1 ? [url, ''] : [url.slice(0, colon), url.slice(colon + 1)];
}
