import type { StoredEvent } from '../../event-store';
import { fromStored } from '../../../events';
import { historyAt, type History } from '../../../projections/history';

const STREAMS_KEPT = 20_000;

/**
 * Histories of the streams that many persons rest on: regions and employers. Each is what the log held up to the limit when it
 * was first asked for; whoever learns of a newer event has it forgotten.
 */
export class SharedStreams {
  private readonly kept = new Map<string, History>();

  constructor(private readonly read: (stream: string) => Promise<StoredEvent[]>) {}

  /** By id, the stream of each being named by `streamOf`. Throws `UnreadableEvent`. */
  async known(ids: readonly string[], streamOf: (id: string) => string, limit: bigint): Promise<Map<string, History>> {
    const found = new Map<string, History>();
    for (const id of ids) {
      const stream = streamOf(id);
      found.set(id, this.kept.get(stream) ?? (await this.load(stream, limit)));
    }
    return found;
  }

  clear(): void {
    this.kept.clear();
  }

  forget(stream: string): void {
    this.kept.delete(stream);
  }

  private async load(stream: string, limit: bigint): Promise<History> {
    const history = historyAt((await this.read(stream)).map(fromStored), limit);
    if (this.kept.size >= STREAMS_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(stream, history);
    return history;
  }
}
