import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deterministicId } from '../../events';
import { openEmbeddedReader, openEmbeddedStore, type EventStore, type NewEvent } from '../event-store';
import type { HashAlgorithm } from './hashing';
import { verifierOf } from './note';
import { Sealer } from './sealer';
import { verifyLog } from './verify-log';

/** Events a second at which a log is hashed and at which it is checked, by time and by CPU; the better of two rounds. */
export interface LogRates {
  algorithm: HashAlgorithm;
  events: number;
  sealed: number;
  verified: number;
  verifiedByCpu: number;
}

/** Measures over a log of payments in a store of its own. */
export async function measureLog(events: number, algorithms: readonly HashAlgorithm[]): Promise<LogRates[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-log-'));
  try {
    const file = join(folder, 'events.sqlite');
    await fillLog(file, events);
    const rates: LogRates[] = [];
    for (const algorithm of algorithms) rates.push(await measure(folder, file, events, algorithm));
    return rates;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, file: string, events: number, algorithm: HashAlgorithm): Promise<LogRates> {
  const place = {
    file: join(folder, `${algorithm}.sqlite`),
    keyFile: join(folder, 'key.pem'),
    name: 'bench',
    algorithm,
  };
  const sealer = Sealer.open(place);
  const reader = openEmbeddedReader({ file });
  try {
    const start = performance.now();
    await sealer.catchUp(reader, SIGNED);
    const sealed = rate(events, performance.now() - start);
    let [verified, verifiedByCpu] = [0, 0];
    for (let round = 0; round < 2; round++) {
      const [cpu, from] = [process.cpuUsage(), performance.now()];
      const { intact } = await verifyLog({
        reader,
        evidence: sealer.evidence,
        verifier: verifierOf(sealer.vkey),
        threads: { log: { file }, count: availableParallelism() },
      });
      if (!intact) throw new Error('the log of the benchmark does not agree with its evidence');
      verified = Math.max(verified, rate(events, performance.now() - from));
      const { user, system } = process.cpuUsage(cpu);
      verifiedByCpu = Math.max(verifiedByCpu, rate(events, (user + system) / 1000));
    }
    return { algorithm, events, sealed, verified, verifiedByCpu };
  } finally {
    sealer.close();
    await reader.close();
  }
}

const SIGNED = '2025-01-10T10:00:00.000+08:00';

function rate(events: number, milliseconds: number): number {
  return Math.round((events / milliseconds) * 1000);
}

/** An embedded store of so many payments. */
export async function fillLog(file: string, events: number): Promise<void> {
  const store = openEmbeddedStore({ file });
  try {
    await fill(store, events);
  } finally {
    await store.close();
  }
}

/** Appends so many payments, fifty a person. */
export async function fill(store: EventStore, events: number): Promise<void> {
  for (let from = 0; from < events; from += PER_PERSON * 20) {
    const people = Array.from({ length: 20 }, (_, index) => from + index * PER_PERSON).filter(
      (first) => first < events,
    );
    await Promise.all(
      people.map((first) =>
        store.append(
          `person-B${first}`,
          Array.from({ length: Math.min(PER_PERSON, events - first) }, (_, index) => payment(first + index)),
          'noStream',
        ),
      ),
    );
  }
}

const PER_PERSON = 50;
/** An invented region: nobody is answered about here. */
const NOWHERE = '990100';

function payment(n: number): NewEvent {
  const month = `2022-${String((n % 12) + 1).padStart(2, '0')}`;
  return {
    id: deterministicId(`bench ${n}`),
    type: 'Paid',
    recordedAt: `${month}-05T09:00:00.000+08:00`,
    data: {
      scheme: 'employee',
      region: NOWHERE,
      kind: 'regular',
      feeMonths: { from: month, through: month },
      participation: 'employed',
      employerId: '91350100M000100Y43',
      unitFen: 48_000,
      personFen: 12_000,
    },
    metadata: { source: 'tax', actor: 'import', effectiveOn: `${month}-05`, schemaVersion: 1 },
  };
}
