import { parentPort, workerData } from 'node:worker_threads';
import { openEmbeddedReader, openStore } from '../event-store';
import type { ThreadPlaces } from './compare-in-threads';
import { compareStretch, type Stretch } from './compare-log';
import { EvidenceFile } from './evidence-file';

// A thread of compareInThreads: compares the stretches that it is sent, one after the other.
const places = workerData as ThreadPlaces;
const reader =
  'file' in places.log
    ? openEmbeddedReader({ file: places.log.file, asItStands: true })
    : openStore(places.log.address);
const evidence = EvidenceFile.read(places.evidence);
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
