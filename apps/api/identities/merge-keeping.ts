import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { EventStore } from '../../../libs/event-store';
import { Ledger, completeMerges } from '../../../libs/ledger';
import { SETTINGS, STORE } from '../parts';
import type { Settings } from '../settings';

/** How far the log was looked through, by the event that stood there: the log of another store is looked through anew. */
interface LookedThrough {
  position: string;
  id: string;
}

/** At each start completes the merges that a crash broke off between the two streams, in what the log took in since the last look. */
@Injectable()
export class MergeKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly file: string;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly ledger: Ledger,
    private readonly log: PinoLogger,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.file = join(settings.data, 'merges-completed.json');
  }

  onApplicationBootstrap(): void {
    this.looking = this.look().catch((err: unknown) => {
      if (!this.stopping.signal.aborted)
        this.log.error({ err }, 'merges that broke off were not looked for; the next start tries again');
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async look(): Promise<void> {
    const last = await this.lastEvent();
    if (last === undefined) return;
    const after = await this.lookedThrough();
    const { completed, open } = await completeMerges(this.store, this.ledger, { after, signal: this.stopping.signal });
    if (completed > 0) this.log.warn({ completed }, 'merges that broke off were completed');
    for (const merge of open) this.log.error(merge, 'a merge is told by one stream alone and cannot be completed');
    if (open.length > 0) return;
    writeFileSync(`${this.file}.new`, JSON.stringify(last), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  /** The position behind which nobody has looked yet. */
  private async lookedThrough(): Promise<bigint> {
    try {
      const { position, id } = JSON.parse(readFileSync(this.file, 'utf8')) as LookedThrough;
      const there = await this.store.eventAt(BigInt(position));
      return there?.id === id ? BigInt(position) : 0n;
    } catch {
      return 0n;
    }
  }

  private async lastEvent(): Promise<LookedThrough | undefined> {
    const head = await this.store.head();
    if (head === 0n) return undefined;
    const last = await this.store.eventAt(head);
    return last && { position: String(last.position), id: last.id };
  }
}
