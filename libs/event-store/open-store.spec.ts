import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from './open-store';
import { newEvent } from './testing/contract';
import { startTestCluster } from './testing/node';

it('opens the embedded store in the file the address names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-store-'));
  const store = openStore(`embedded:${join(folder, 'inner', 'events.db')}`);
  expect(await store.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended', position: 1n });
  await store.close();
  rmSync(folder, { recursive: true });
});

it('opens the server the address names', async () => {
  const cluster = await startTestCluster();
  const store = openStore(cluster.connectionString());
  expect(await store.append('person-1', [newEvent()], 'noStream')).toMatchObject({ outcome: 'appended', revision: 0 });
  await store.close();
  await cluster.stop();
});

it.each([
  ['embedded:', 'expected embedded:<file>'],
  ['data/events.db', 'begins with "data/events.db"; expected embedded:<file>, esdb://… or esdb+discover://…'],
  ['postgres://user:secret@host/db', 'begins with "postgres"'],
  ['esdb://user:secret@host:port', 'the address of EventStoreDB cannot be used'],
])('refuses the address %s and says what it expects, without the password', (url, message) => {
  expect(() => openStore(url)).toThrow(message);
  expect(() => openStore(url)).not.toThrow('secret');
});
