/**
 * A process that appends to an embedded store for ever and prints one line for every append the store acknowledged:
 * `ack STREAM FIRST_REVISION ID…`. It is made to be killed. Arguments: file, mode.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../embedded';
import type { EventStore, NewEvent } from '../port';

type Mode = 'single' | 'batches' | 'concurrent';

async function main(file: string, mode: Mode): Promise<void> {
  const store = openEmbeddedStore({ file });
  writeSync(1, 'ready\n');
  const streams = mode === 'concurrent' ? 24 : 1;
  await Promise.all(Array.from({ length: streams }, (_, number) => appendForEver(store, `${mode}-${number}`, mode)));
}

async function appendForEver(store: EventStore, stream: string, mode: Mode): Promise<never> {
  let revision = (await store.readStream(stream)).length - 1;
  for (;;) {
    const size = mode === 'batches' ? 20 : 1;
    const batch = Array.from({ length: size }, newEvent);
    const outcome = await store.append(stream, batch, revision === -1 ? 'noStream' : revision);
    if (outcome.outcome !== 'appended') throw new Error(`append to ${stream}: ${JSON.stringify(outcome.outcome)}`);
    writeSync(1, `ack ${stream} ${revision + 1} ${batch.map(({ id }) => id).join(' ')}\n`);
    revision += size;
  }
}

function newEvent(): NewEvent {
  const recordedAt = '2024-03-05T09:10:11.123+08:00';
  return { id: randomUUID(), type: 'Noted', recordedAt, data: { text: 'x'.repeat(300) }, metadata: { source: 'test' } };
}

void main(process.argv[2]!, process.argv[3] as Mode);
