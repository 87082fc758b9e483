/**
 * A process that checks a log in threads, which take over how this process runs TypeScript: verify-in-threads.ts STORE EVIDENCE VKEY,
 * where STORE is a file or the address of a server. Prints the verdict.
 */
import { openEmbeddedReader, openStore } from '../../event-store';
import { EvidenceFile, eventsOutOfOrder, verifierOf, verifyLog } from '..';

const [store = '', file = '', vkey = ''] = process.argv.slice(2);
const onServer = store.startsWith('esdb://');
const reader = onServer ? openStore(store) : openEmbeddedReader({ file: store, asItStands: true });
const evidence = EvidenceFile.read(file);
verifyLog({
  reader,
  evidence,
  verifier: verifierOf(vkey),
  ...(onServer ? {} : { outOfOrder: (hashed: bigint) => eventsOutOfOrder(store, hashed) }),
  threads: { log: onServer ? { address: store } : { file: store }, count: 2 },
})
  .then(
    (verdict) =>
      process.stdout.write(
        JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      ),
    (error: unknown) => process.stderr.write(String(error)),
  )
  .finally(() => reader.close());
