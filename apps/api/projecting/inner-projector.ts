import { fork, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { isWell, openLog, type Pulse } from '../../projector';
import type { Settings } from '../settings';

const FILE = join(__dirname, '..', '..', 'projector', `main${extname(__filename)}`);
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** A process that ran for so long has not failed at its start. */
const STEADY_MS = 60_000;
/** A pulse comes twice a second; who is silent for so long hangs. */
const SILENCE_MS = 15_000;
const PAUSE_MS = 50;

type ProjectingServer = Settings & { projector: NonNullable<Settings['projector']> };

/**
 * The projector that a server runs beside itself: a process of its own, so that folding takes no time from answers. It is
 * started again when it ends, and ends when the server does.
 */
export class InnerProjector {
  private child: ChildProcess | undefined;
  private latest: Pulse;
  private heardAt = Date.now();
  private startedAt = 0;
  private wait = RETRY_MS;
  private again: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(private readonly settings: ProjectingServer) {
    const { shard } = settings.projector;
    const nothing = { position: 0, events: 0, persons: 0, reevaluating: false, parked: 0, audited: 0, differences: 0 };
    this.latest = {
      state: 'starting',
      shard,
      position: 0,
      lagSeconds: 0,
      eventsPerSecond: 0,
      status: { state: 'starting', shard, ...nothing },
    };
  }

  start(): void {
    const child = fork(FILE, ['--attached'], {
      env: { ...process.env, ...environmentOf(this.settings) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    this.startedAt = this.heardAt = Date.now();
    child.on('message', (pulse) => {
      this.latest = pulse as Pulse;
      this.heardAt = Date.now();
    });
    child.on('error', () => child.pid === undefined && this.ended('it could not be started'));
    child.once('exit', (code, signal) => this.ended(signal ?? String(code)));
  }

  /** What it told last; failed where it is gone or silent. */
  pulse(): Pulse {
    const silent = Date.now() - this.heardAt > SILENCE_MS;
    return silent ? { ...this.latest, state: 'failed', trouble: 'projecting' } : this.latest;
  }

  /** Waits until the tables have come to the position. False where they cannot for now; it is tried again all the same. */
  async reached(position: bigint): Promise<boolean> {
    for (;;) {
      const pulse = this.pulse();
      if (isWell(pulse) && pulse.position >= Number(position) && !pulse.status.reevaluating) return true;
      if (pulse.state === 'failed' || pulse.state === 'stopped' || this.stopping) return false;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Lets it finish what is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.again);
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.connected) child.disconnect();
    const patience = setTimeout(() => child.kill('SIGKILL'), (this.settings.shutdownSeconds + 1) * 1000);
    await ended;
    clearTimeout(patience);
  }

  private ended(how: string): void {
    if (this.stopping) return;
    this.latest = { ...this.latest, state: 'failed', trouble: 'projecting' };
    if (Date.now() - this.startedAt > STEADY_MS) this.wait = RETRY_MS;
    const { logLevel, projector } = this.settings;
    openLog(logLevel, projector.shard).error({ how, againInMs: this.wait }, 'the projector ended and is started again');
    this.again = setTimeout(() => this.start(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_RETRY_MS);
  }
}

/** The settings of the server, for a process that reads them anew. */
function environmentOf({ projector, ...settings }: ProjectingServer): Record<string, string> {
  const { store } = settings;
  return {
    LEDGER_DATA: settings.data,
    EVENTSTORE_URL: store.kind === 'embedded' ? `embedded:${store.location}` : store.url,
    DATABASE_URL: settings.databaseUrl ?? '',
    LEDGER_POLICIES: settings.policies,
    LEDGER_LOG_LEVEL: settings.logLevel,
    LEDGER_SHUTDOWN_SECONDS: String(settings.shutdownSeconds),
    LEDGER_SHARD: projector.shard,
    LEDGER_AUDIT_SECONDS: String(projector.auditSeconds),
    LEDGER_VERIFY_HOURS: String(projector.verifyHours),
    LEDGER_LAG_SECONDS: String(projector.lagSeconds),
  };
}
