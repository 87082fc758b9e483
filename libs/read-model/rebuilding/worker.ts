import { parentPort, workerData } from 'node:worker_threads';
import { toInstant } from '../../calendar';
import { openStoreReader } from '../../ledger';
import { loadPoliciesOrThrow } from '../../policy';
import { connect } from '../connection';
import { ChunkBuilder, type Chunk } from './chunk';
import type { WorkerData } from './crew';

/** A thread that builds the chunks it is sent. */
async function main({ store, readModel, policies, position, turns }: WorkerData): Promise<void> {
  const reader = openStoreReader(store);
  const connection = await connect(readModel, turnTaker(new Int32Array(turns)));
  const now = () => toInstant(new Date().toISOString())!;
  const builder = new ChunkBuilder(reader, loadPoliciesOrThrow(policies), connection, BigInt(position), now);
  const port = parentPort!;
  const work = async (message: Chunk | 'end') => {
    if (message !== 'end') return port.postMessage(await builder.build(message));
    await connection.close();
    await reader.close();
    port.close();
  };
  port.on('message', (message: Chunk | 'end') => {
    work(message).catch((error: unknown) => {
      // Told as the worker's own error, which ends it.
      setImmediate(() => {
        throw error;
      });
    });
  });
}

/** SQLite has one writer; waiting for it here costs less than asking it again and again. */
function turnTaker(turn: Int32Array): () => () => void {
  return () => {
    while (Atomics.compareExchange(turn, 0, 0, 1) !== 0) Atomics.wait(turn, 0, 1);
    return () => {
      Atomics.store(turn, 0, 0);
      Atomics.notify(turn, 0, 1);
    };
  };
}

void main(workerData as WorkerData);
