import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoreReader } from '../../../libs/ledger';
import { startLedgerServer, type LedgerServer } from '../testing/ledger-server';

const folder = mkdtempSync(join(tmpdir(), 'ledger-shutdown-'));
const started: LedgerServer[] = [];
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const WRITERS = 8;
const READERS = 3;

/** The status of the reply; undefined where there was none: the connection was refused or closed before. */
function send(
  agent: Agent,
  { url, authorization }: LedgerServer,
  path: string,
  body?: object,
): Promise<number | undefined> {
  const text = body && JSON.stringify(body);
  return new Promise((resolve) => {
    const request = httpRequest(`${url}${path}`, {
      agent,
      method: body ? 'POST' : 'GET',
      headers: {
        Authorization: authorization,
        ...(text ? { 'Content-Type': 'application/json', 'Content-Length': text.length } : {}),
      },
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
    request.end(text);
  });
}

describe('a server that is told to stop under load', () => {
  it.each([150, 600])(
    'has recorded what it acknowledged and nothing else, after %i ms',
    async (milliseconds) => {
      const data = join(folder, String(milliseconds));
      const server = await startLedgerServer(data, { LEDGER_PROJECTOR: 'off' });
      started.push(server);
      const acknowledged = new Set<string>();
      const unanswered = new Set<string>();
      const statuses = new Set<number>();
      let stopping = false;

      const writer = async (number: number) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (let count = 0; ; count++) {
          const id = randomUUID();
          const status = await send(agent, server, `/v1/persons/W-${number}-${count % 5}/events`, {
            id,
            type: 'StatutoryAgeReached',
            effectiveOn: '2022-05-09',
            data: {},
          });
          if (status === 201) acknowledged.add(id);
          else if (status !== undefined) statuses.add(status);
          else {
            unanswered.add(id);
            if (stopping) break;
          }
        }
        agent.destroy();
      };
      const reader = async (number: number) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (;;) {
          const status = await send(agent, server, `/v1/persons/W-${number}-0/answer?region=211200&validOn=2022-06-01`);
          if (status === undefined && stopping) break;
          if (status !== undefined && status !== 200 && status !== 404) statuses.add(status);
        }
        agent.destroy();
      };
      const load = [
        ...Array.from({ length: WRITERS }, (_one, number) => writer(number)),
        ...Array.from({ length: READERS }, (_one, number) => reader(number)),
      ];
      while (acknowledged.size < 50) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      const before = acknowledged.size;
      stopping = true;
      server.child.kill('SIGTERM');
      await Promise.all(load);
      expect(await server.ended).toBe(0);

      const recorded = new Set<string>();
      const store = openStoreReader(data);
      for await (const batch of store.readAll()) for (const { id } of batch) recorded.add(id);
      await store.close();
      expect([...acknowledged].filter((id) => !recorded.has(id))).toEqual([]);
      expect([...unanswered].filter((id) => recorded.has(id))).toEqual([]);
      expect(recorded.size).toBe(acknowledged.size);
      expect(before).toBeGreaterThanOrEqual(50);
      // Nobody was answered with a failure either: a request was done, or not read.
      expect([...statuses]).toEqual([]);
    },
    90_000,
  );
});
