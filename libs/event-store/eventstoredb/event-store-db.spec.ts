import type { EventStore } from '../port';
import { eventStoreContract } from '../testing/contract';
import { startTestCluster } from '../testing/node';
import { openEventStoreDb } from './event-store-db';

const realServer = process.env.EVENTSTORE_URL?.startsWith('esdb') ? process.env.EVENTSTORE_URL : undefined;

/** Handles on one address, closed together. */
function logAt(connectionString: string, stopServer: () => Promise<void>) {
  const stores: EventStore[] = [];
  const open = () => {
    const store = openEventStoreDb({ connectionString });
    stores.push(store);
    return store;
  };
  return {
    store: open(),
    another: async () => open(),
    discard: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await stopServer();
    },
  };
}

const traits = { gapFree: false, idsUniqueInLog: false, runs: 40 };

eventStoreContract(
  'EventStoreDB, over the wire to a test node',
  async () => {
    const cluster = await startTestCluster();
    return logAt(cluster.connectionString(), () => cluster.stop());
  },
  traits,
);

if (realServer !== undefined) {
  eventStoreContract(
    'EventStoreDB, the server of EVENTSTORE_URL',
    async () => logAt(realServer, async () => undefined),
    {
      ...traits,
      runs: 20,
    },
  );
}
