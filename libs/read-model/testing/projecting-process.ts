import { openStoreReader } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import { Projector, rebuild } from '..';

/** Projects a store until it is killed, and prints each state and position it has reached. */
const [store, readModel] = process.argv.slice(2) as [string, string];
const reader = openStoreReader(store);
const policies = loadPoliciesOrThrow('policies');
const projector = new Projector({
  store: reader,
  policies,
  readModel,
  leaseMs: 300,
  batchSize: 40,
  auditEveryMs: 0,
  rebuild: async () => void (await rebuild({ store: reader, policies, readModel, leaseMs: 300 })),
});
projector.start();
let told = '';
setInterval(() => {
  const { position, state } = projector.status();
  const now = `${state} ${position}`;
  if (now === told) return;
  told = now;
  process.stdout.write(`${now}\n`);
}, 1);
