import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../port';
import { startTypeScript } from '../testing/child-process';
import { openEmbeddedStore } from './embedded-store';

const kills = Number(process.env.KILLS ?? 27);
const modes = ['single', 'batches', 'concurrent'];

describe('an embedded store whose process is killed with SIGKILL again and again', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-store-kill-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it(`loses nothing acknowledged, doubles nothing and leaves no gap, over ${kills} kills`, async () => {
    const file = join(folder, 'events.db');
    const acknowledged = new Map<string, string>();
    let acknowledgingRounds = 0;

    for (let kill = 0; kill < kills; kill++) {
      const mode = modes[kill % modes.length]!;
      const afterAcks = Math.floor(Math.random() * 60);
      const child = startTypeScript('appending-process.ts', [file, mode]);
      // Some die while they open the store, some before their first append, most in the middle of many.
      if (kill % 9 === 8) await until(() => child.lines.length > 0 || child.process.exitCode !== null);
      else await until(() => child.lines.length > afterAcks || child.process.exitCode !== null);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      child.process.kill('SIGKILL');
      expect(await child.ended).toBe('SIGKILL');

      for (const line of child.lines.filter((text) => text.startsWith('ack '))) {
        const [, stream, first, ...ids] = line.split(' ');
        ids.forEach((id, index) => acknowledged.set(id, `${stream}@${Number(first) + index}`));
      }
      acknowledgingRounds += child.lines.length > 1 ? 1 : 0;
      await verify(file, acknowledged, `kill ${kill}, ${mode}, after ${child.lines.length} lines`);
    }
    expect(acknowledgingRounds).toBeGreaterThan(kills / 2);
  });
});

async function verify(file: string, acknowledged: ReadonlyMap<string, string>, round: string): Promise<void> {
  const store = openEmbeddedStore({ file });
  const places = new Map<string, string>();
  const lengths = new Map<string, number>();
  let position = 0n;
  for await (const batch of store.readAll()) {
    for (const event of batch) {
      const length = lengths.get(event.stream) ?? 0;
      if (event.position !== ++position)
        throw new Error(`${round}: position ${event.position} follows ${position - 1n}`);
      if (event.revision !== length) throw new Error(`${round}: revision ${event.revision} stands at place ${length}`);
      if (places.has(event.id)) throw new Error(`${round}: ${event.id} is stored twice`);
      lengths.set(event.stream, length + 1);
      places.set(event.id, place(event));
    }
  }
  const lost = [...acknowledged].filter(([id, at]) => places.get(id) !== at);
  if (lost.length > 0)
    throw new Error(`${round}: ${lost.length} acknowledged events are lost: ${lost.slice(0, 5).join()}`);
  const batched = lengths.get('batches-0') ?? 0;
  if (batched % 20 !== 0)
    throw new Error(`${round}: a batch of 20 was stored in part, the stream has ${batched} events`);
  await store.close();
}

function place({ stream, revision }: StoredEvent): string {
  return `${stream}@${revision}`;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
