import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import type { EventStore } from '../../../libs/event-store';
import { startTestCluster } from '../../../libs/event-store/testing/node';
import { openLedger, openStore, type Clock } from '../../../libs/ledger';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { requestLog } from '../http/request-log';
import { createServer } from '../server';
import { readSettings } from '../settings';
import { watchReplies, type Conformity } from './conformity';

export const TOKEN = 'a-token-for-tests-0123456789abcdefghij';

/** Whether the tests run over EventStoreDB's protocol, which cannot know an id again across streams. */
export const overWire = process.env['LEDGER_TEST_STORE'] === 'wire';

/** The API on a free port over a store of its own, with the packs as they are: embedded, or with `LEDGER_TEST_STORE=wire` EventStoreDB's protocol. */
export interface TestServer {
  app: NestExpressApplication;
  store: EventStore;
  folder: string;
  /** What was logged, line by line. */
  log: string[];
  /** What became of holding every reply against the document; `close` throws where one does not fit. */
  conformity: Conformity;
  /** A request with the token. */
  get(path: string): request.Test;
  post(path: string, body?: unknown): request.Test;
  /** A request without the token. */
  stranger: ReturnType<typeof request>;
  close(): Promise<void>;
}

export async function startTestServer(
  changes: { environment?: Record<string, string>; clock?: Clock; wrap?: (store: EventStore) => EventStore } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-api-'));
  const settings = readSettings({ LEDGER_DATA: folder, LEDGER_PORT: '0', ...changes.environment });
  const cluster = overWire ? await startTestCluster() : undefined;
  const opened = openStore(cluster ? cluster.connectionString() : folder);
  const store = changes.wrap?.(opened) ?? opened;
  const policies = loadPoliciesOrThrow(settings.policies);
  const ledger = openLedger({ store, policies, clock: changes.clock ?? Date.now });
  const log: string[] = [];
  const lines = { write: (line: string) => void log.push(line) };
  const app = await createServer({ store, ledger, policies, token: TOKEN, settings, log: requestLog('info', lines) });
  await app.listen(0, '127.0.0.1');
  const conformity = watchReplies(app);
  const stranger = request(app.getHttpServer() as Parameters<typeof request>[0]);
  const withToken = (test: request.Test) => test.set('Authorization', `Bearer ${TOKEN}`);
  return {
    app,
    store,
    folder,
    log,
    conformity,
    stranger,
    get: (path) => withToken(stranger.get(path)),
    post: (path, body) => {
      const test = withToken(stranger.post(path));
      return body === undefined ? test : test.send(body as object);
    },
    close: async () => {
      await app.close();
      await store.close();
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
      if (conformity.faults.length > 0) {
        throw new Error(`replies that the document does not describe:\n${conformity.faults.slice(0, 20).join('\n')}`);
      }
    },
  };
}
