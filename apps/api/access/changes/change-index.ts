import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, StoredEvent } from '../../../../libs/event-store';
import { STORE } from '../../parts';

/** Where a requested change stands. */
export interface IndexedChange {
  id: string;
  stream: string;
  /** The place of the request in the log. */
  position: bigint;
  state: 'pending' | 'approved' | 'declined';
}

const TYPES = ['ChangeRequested', 'ChangeApproved', 'ChangeDeclined'];

/** Which changes were requested, found by id without knowing the stream. Read from the log as it goes on; nothing of it is kept on disk. */
@Injectable()
export class ChangeIndex {
  private readonly changes = new Map<string, IndexedChange>();
  private checkpoint = 0n;
  private reading: Promise<void> | undefined;

  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async find(id: string): Promise<IndexedChange | undefined> {
    await this.catchUp();
    return this.changes.get(id);
  }

  /** In the order of their requests. */
  async all(): Promise<IndexedChange[]> {
    await this.catchUp();
    return [...this.changes.values()];
  }

  /** Reads what was recorded until now; whoever comes while it reads waits for the next reading, which sees all that he knows of. */
  private async catchUp(): Promise<void> {
    while (this.reading) await this.reading;
    this.reading = this.read();
    try {
      await this.reading;
    } finally {
      this.reading = undefined;
    }
  }

  private async read(): Promise<void> {
    const head = await this.store.head();
    if (head <= this.checkpoint) return;
    for await (const batch of this.store.readAll({ after: this.checkpoint, filter: { types: TYPES } })) {
      for (const event of batch) this.apply(event);
    }
    if (head > this.checkpoint) this.checkpoint = head;
  }

  private apply({ id, type, stream, position, data }: StoredEvent): void {
    if (position > this.checkpoint) this.checkpoint = position;
    if (type === 'ChangeRequested') this.changes.set(id, { id, stream, position, state: 'pending' });
    else {
      const change = this.changes.get(String(data['request']));
      if (change?.stream === stream && change.state === 'pending')
        change.state = type === 'ChangeApproved' ? 'approved' : 'declined';
    }
  }
}
