import { parentPort, workerData } from 'node:worker_threads';
import { openEmbeddedReader } from '../event-store';
import type { ThreadFiles } from './compare-in-threads';
import { compareStretch, type Stretch } from './compare-log';
import { EvidenceFile } from './evidence-file';

// A thread of compareInThreads: compares the stretches that it is sent, one after the other.
const files = workerData as ThreadFiles;
const reader = openEmbeddedReader({ file: files.store, asItStands: true });
const evidence = EvidenceFile.read(files.evidence);
const port = parentPort!;
const refuse = (error: unknown) => {
  throw error;
};
port.on('message', (stretch: Stretch) => {
  compareStretch(reader, evidence, stretch).then(
    (compared) => port.postMessage(compared),
    (error: unknown) => setImmediate(refuse, error),
  );
});
