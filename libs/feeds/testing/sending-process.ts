import { openStoreReader } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import { Feeds } from '..';
import { AddressGuard, Dispatcher, Poster, Webhooks } from '../webhooks';

/** Sends the webhooks of a data folder until it is killed, and says once whether it is the one that may. */
const [folder] = process.argv.slice(2) as [string];
const store = openStoreReader(folder);
const feeds = new Feeds({ store, policies: loadPoliciesOrThrow('policies'), folder });
const guard = new AddressGuard([['127.0.0.0', 8]]);
const dispatcher = new Dispatcher({
  webhooks: new Webhooks(folder),
  feeds,
  poster: new Poster({ guard, timeoutMs: 5_000 }),
  retrying: { attempts: 1000, firstMs: 5, longestMs: 50 },
  leaseMs: 300,
});
let said = false;
setInterval(() => {
  if (said || !dispatcher.sends) return;
  said = true;
  process.stdout.write('sends\n');
}, 5);
