/**
 * A process that checks a log in threads, which take over how this process runs TypeScript: verify-in-threads.ts STORE EVIDENCE VKEY.
 * Prints the verdict.
 */
import { openEmbeddedReader } from '../../event-store';
import { EvidenceFile, eventsOutOfOrder, verifierOf, verifyLog } from '..';

const [store = '', file = '', vkey = ''] = process.argv.slice(2);
const reader = openEmbeddedReader({ file: store, asItStands: true });
const evidence = EvidenceFile.read(file);
verifyLog({
  reader,
  evidence,
  verifier: verifierOf(vkey),
  outOfOrder: (hashed) => eventsOutOfOrder(store, hashed),
  threads: { store, count: 2 },
}).then(
  (verdict) =>
    process.stdout.write(
      JSON.stringify(verdict, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    ),
  (error: unknown) => process.stderr.write(String(error)),
);
