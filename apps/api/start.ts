import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { warmUp } from '../../libs/disputes';
import type { EventStore } from '../../libs/event-store';
import { openLedger, openStore } from '../../libs/ledger';
import { loadPoliciesOrThrow } from '../../libs/policy';
import type { OpenedVault } from '../../libs/vault';
import { keepToken, tokenFile } from './bearer-token';
import { exampleQuestions } from './first-start/example-questions';
import { importSamples, samplesWanted } from './first-start/import-samples';
import { Draining } from './health/draining';
import { requestLog } from './http/request-log';
import { OPENED_VAULT } from './identities';
import { Imports } from './imports/imports.service';
import { InnerProjector } from './projecting';
import { createServer } from './server';
import type { Settings } from './settings';
import { startWords } from './start-words';
import { startTracing, tracedStore } from './tracing';

/** The ledger's server, listening. */
export interface RunningServer {
  url: string;
  /** Lets what is under way finish, for as long as the settings allow, then closes the store. Nothing acknowledged is lost. */
  stop(): Promise<void>;
}

/** Thrown where the store cannot be opened or does not answer; most often another process has it, or its server is not there. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/**
 * Opens the store and the packs, fills a new data folder with the samples, starts the projector beside it, and listens. `say` is told, line by line, what a person
 * at the terminal wants to know; the token only where it was just made.
 */
export async function start(settings: Settings, say: (line: string) => void): Promise<RunningServer> {
  const words = startWords[settings.lang];
  const policies = loadPoliciesOrThrow(settings.policies);
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  const tracing = await startTracing(process.env, 'enrollment-ledger');
  const store = tracing ? tracedStore(openedStore(settings)) : openedStore(settings);
  const projector = innerProjector(settings);
  try {
    await answering(store);
    const ledger = openLedger({ store, policies, clock: Date.now });
    const { token, made } = keepToken(settings.data);
    const first = await samplesWanted(settings, store);
    if (first) await importSamples(ledger, settings, say);
    projector?.start();
    if (first && projector) say((await projector.reached(await store.head())) ? words.tables : words.noTables);

    const app = await createServer({
      store,
      ledger,
      policies,
      token,
      settings,
      log: requestLog(settings.logLevel),
      traced: tracing !== undefined,
      pulse: projector && (() => projector.pulse()),
    });
    await app.listen(settings.port, settings.host);
    const http = app.getHttpServer() as Server;
    const url = urlOf(http.address() as AddressInfo);
    say(words.listening(url));
    say(words.docs(`${url}/docs`));
    const { keyMade } = app.get<OpenedVault>(OPENED_VAULT);
    if (keyMade !== undefined) say(words.keyMade(keyMade));
    say(made ? words.tokenMade(token, tokenFile(settings.data)) : words.tokenKept(tokenFile(settings.data)));
    for (const line of await exampleQuestions(ledger, settings, url)) say(line);

    const draining = app.get(Draining);
    const imports = app.get(Imports);
    // What fails here fails again, and is told, when somebody asks.
    warmUp(policies, () => http.listening).catch(() => undefined);
    return {
      url,
      stop: async () => {
        draining.begin();
        // Together with the requests: whoever stops the server may have told the projector as well, and it is not missed.
        const projected = projector?.stop();
        await finishRequests(http, settings.shutdownSeconds);
        await imports.idle();
        await app.close();
        await projected;
        await store.close();
        await tracing?.stop();
      },
    };
  } catch (error) {
    await projector?.stop();
    await store.close();
    throw error;
  }
}

function innerProjector({ projector, ...settings }: Settings): InnerProjector | undefined {
  return projector && new InnerProjector({ ...settings, projector });
}

function openedStore({ store }: Settings): EventStore {
  try {
    return openStore(store.kind === 'embedded' ? store.location : store.url);
  } catch (cause) {
    throw new StartRefused(`The server does not start: ${(cause as Error).message}`, { cause });
  }
}

async function answering(store: EventStore): Promise<void> {
  try {
    await store.head();
  } catch (cause) {
    throw new StartRefused(`The server does not start: the store does not answer: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Stops listening, lets requests under way finish, and cuts off what takes longer than the patience. */
async function finishRequests(server: Server, patienceSeconds: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const patience = setTimeout(() => server.closeAllConnections(), patienceSeconds * 1000);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(patience);
}

function urlOf({ address, family, port }: AddressInfo): string {
  const any = address === '::' || address === '0.0.0.0';
  const host = any ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
