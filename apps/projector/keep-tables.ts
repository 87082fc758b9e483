import type { Logger } from 'pino';
import type { EventReader } from '../../libs/event-store';
import { openStoreReader } from '../../libs/ledger';
import type { LoadedPolicies } from '../../libs/policy';
import {
  Projector,
  RebuildStopped,
  RebuildUnderway,
  TablesPosition,
  parseShard,
  readModelLocation,
  rebuild,
  type ProjectorStatus,
} from '../../libs/read-model';
import { engineIn, installation, type Places, type ProjectingSettings } from '../../libs/settings';
import { isTracing, tracedReader } from '../api/tracing';
import { told } from './log';
import { troubleWords, type Pulse } from './pulse';
import { SAMPLE, Verifier } from './verifier';
import { Watch } from './watch';

/** A projector at work, with what it tells of itself. */
export interface TableKeeper {
  pulse(): Pulse;
  /** Finishes the batch under way, gives the lease back and closes everything. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;
/** Filling fewer events takes less time than threads take to start. */
const WORTH_THREADS = 100_000n;
const TOLD_MS = 10_000;

/**
 * Keeps the tables for questions about everyone; empty ones are filled by as many `threads` where there is much to read.
 * Whatever does not work is told by the pulse and the log, and tried again.
 */
export function keepTables(
  settings: Places & ProjectingSettings,
  policies: LoadedPolicies,
  log: Logger,
  threads: number,
): TableKeeper {
  const address = settings.store.kind === 'embedded' ? settings.store.location : settings.store.url;
  const readModel = readModelLocation(settings.data, settings.databaseUrl);
  const shard = parseShard(settings.shard)!;
  const stopping = new AbortController();
  const tables = new TablesPosition(readModel);
  let store: EventReader | undefined;
  let projector: Projector | undefined;
  let filling: { events: number; total: number } | undefined;

  const waitingForStore: ProjectorStatus = {
    state: 'starting',
    shard: settings.shard,
    position: 0,
    events: 0,
    persons: 0,
    reevaluating: false,
    parked: 0,
    audited: 0,
    differences: 0,
  };
  const engine = engineIn(installation()).version;
  const status = () => projector?.status() ?? waitingForStore;
  const watch = new Watch(
    { store: () => store, tables, status, filling: () => filling, lagSeconds: settings.lagSeconds, clock: Date.now },
    (pulse, before) => {
      const { state, trouble, position, lag } = pulse;
      const level = state === 'failed' || state === 'behind' ? 'warn' : 'info';
      log[level]({ state, before: before.state, trouble, position, lag }, 'the projector changed its state');
    },
  );
  const verifier = new Verifier(
    {
      store: address,
      readModel,
      policies: settings.policies,
      sample: SAMPLE,
      everyHours: shard.index === 0 ? settings.verifyHours : 0,
      isTurn: () => watch.pulse().state === 'following',
      clock: Date.now,
      log,
    },
    (verified) => (watch.verified = verified),
  );

  const run = async () => {
    const opened = await openedWhenThere();
    if (!opened) return;
    const reader = isTracing() ? tracedReader(opened, 'project') : opened;
    store = reader;
    if (!(await inStepWithLog(reader))) return;
    projector = new Projector({
      store: reader,
      policies,
      engine,
      readModel,
      shard,
      auditEveryMs: settings.auditSeconds * 1000,
      rebuild: () => fill(reader),
      onTrouble: ({ what, error }) => {
        if (error instanceof RebuildStopped && stopping.signal.aborted) return;
        log.error(error === undefined ? {} : { error: told(error) }, what);
      },
    });
    projector.start();
  };

  /** A store that is not there yet is waited for: the server that makes it may come later. */
  async function openedWhenThere(): Promise<EventReader | undefined> {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      try {
        return openStoreReader(address);
      } catch (error) {
        if (attempt === 0) log.warn({ error: told(error) }, 'the store cannot be opened yet; it is tried again');
        await pause();
      }
    }
    return undefined;
  }

  /** Waits while the tables are ahead of the log; following it from there would pass over what it takes in next. */
  async function inStepWithLog(reader: EventReader): Promise<boolean> {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      try {
        const found = await tables.look();
        if (found === undefined || BigInt(found.furthest) <= (await reader.head())) return true;
        if (attempt === 0) log.error({ position: found.furthest }, troubleWords.ahead);
      } catch (error) {
        if (attempt === 0) log.warn({ error: told(error) }, 'store or read model do not answer; it is tried again');
      }
      await pause();
    }
    return false;
  }

  /** Fills empty tables, or waits for whoever is filling them. */
  async function fill(reader: EventReader): Promise<void> {
    const count = (await reader.head()) > WORTH_THREADS ? threads : 1;
    let tellAfter = Date.now() + TOLD_MS;
    for (let attempt = 0; (await tables.look()) === undefined; attempt++) {
      try {
        const done = await rebuild({
          store: reader,
          policies,
          engine,
          readModel,
          workers: count > 1 ? { count, store: address, policies: settings.policies } : undefined,
          signal: stopping.signal,
          onProgress: ({ stage, events, total, eventsPerSecond, secondsLeft }) => {
            filling = { events, total };
            if (Date.now() < tellAfter) return;
            tellAfter = Date.now() + TOLD_MS;
            log.info({ stage, events, total, eventsPerSecond, secondsLeft }, 'the tables are being filled');
          },
        });
        const { persons, events, seconds } = done;
        log.info({ persons, events, seconds }, 'the tables were filled');
      } catch (error) {
        if (!(error instanceof RebuildUnderway)) throw error;
        if (attempt === 0) log.info('another process is filling the tables');
        if (stopping.signal.aborted) throw new RebuildStopped('the projector was stopped');
        await pause();
      }
    }
    filling = undefined;
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = stopping;
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, RETRY_MS);
      signal.addEventListener('abort', done);
    });
  }

  const running = run();
  return {
    pulse: () => watch.pulse(),
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all([projector?.stop(), verifier.stop()]);
      await watch.stop();
      await tables.close();
      await store?.close();
    },
  };
}
