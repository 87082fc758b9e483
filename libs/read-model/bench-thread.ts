import { once } from 'node:events';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { NewEvent } from '../event-store';
import { personEvents } from '../generation';
import { openStore } from '../ledger';
import { toStored } from '../../events';

interface Appending {
  file: string;
  persons: number;
  seed: number;
  regions: readonly string[];
}

interface Appended {
  events: number;
  seconds: number;
}

const IN_FLIGHT = 64;

/** A thread that appends an invented population to a store: prepares it, is ready, appends it when told to, and ends. */
export function startThread(data: Appending): {
  ready: Promise<unknown>;
  run(): Promise<Appended>;
  end(): Promise<void>;
} {
  const worker = new Worker(__filename, { workerData: data });
  return {
    ready: once(worker, 'message'),
    run: async () => {
      const done = once(worker, 'message') as Promise<[Appended]>;
      worker.postMessage('go');
      return (await done)[0];
    },
    end: async () => void (await worker.terminate()),
  };
}

async function append({ file, ...options }: Appending): Promise<void> {
  const port = parentPort!;
  const store = openStore(file);
  const streams: { stream: string; events: NewEvent[] }[] = [];
  for (let number = 1; number <= options.persons; number++) {
    const events = personEvents(options, number);
    if (events.length > 0) streams.push({ stream: events[0]!.stream, events: events.map(toStored) });
  }
  port.postMessage('ready');
  await once(port, 'message');
  const started = performance.now();
  let next = 0;
  let events = 0;
  const one = async () => {
    for (let at = next++; at < streams.length; at = next++) {
      const { stream, events: batch } = streams[at]!;
      const { outcome } = await store.append(stream, batch, 'noStream');
      if (outcome !== 'appended') throw new Error(`${stream}: ${outcome}`);
      events += batch.length;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  const seconds = (performance.now() - started) / 1000;
  await store.close();
  port.postMessage({ events, seconds } satisfies Appended);
}

if (!isMainThread) void append(workerData as Appending);
