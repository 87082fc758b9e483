import type { Ledger, RecordOutcome } from '../ledger';
import { contentKey, describeFaults, type LedgerEvent } from '../../events';
import type { CellFault } from './row';

/** What became of one fact. */
export type Settled = 'recorded' | 'already' | CellFault;

export interface Settlement {
  /** In the order of the facts. */
  settled: Settled[];
  /** The highest position of what was recorded; undefined where nothing was. */
  position?: bigint;
}

/** Facts of one stream, in order. */
export interface StreamFacts {
  stream: string;
  facts: readonly LedgerEvent[];
  /** The row that each fact is of: equal for facts that are recorded together or not at all. */
  rows: readonly unknown[];
}

/**
 * Records facts, those of one stream in order and as one batch where nothing stands in the way. What is there already is passed
 * over, what the ledger refuses is told fact by fact. Of an import that resumes, what stands behind the position `since` was
 * recorded by itself before it broke off. Throws where the store cannot say what became of a batch.
 */
export async function settle(ledger: Ledger, batches: readonly StreamFacts[], since?: bigint): Promise<Settlement[]> {
  const outcomes = await ledger.appendAll(batches.map(({ stream, facts }) => ({ stream, events: facts })));
  const settlements: Settlement[] = [];
  const later: Promise<void>[] = [];
  outcomes.forEach((outcome, index) => {
    const settlement = settlementOf(ledger, batches[index]!, outcome, since);
    if (settlement instanceof Promise) later.push(settlement.then((settled) => void (settlements[index] = settled)));
    else settlements[index] = settlement;
  });
  await Promise.all(later);
  return settlements;
}

function settlementOf(
  ledger: Ledger,
  told: StreamFacts,
  outcome: RecordOutcome,
  since: bigint | undefined,
): Settlement | Promise<Settlement> {
  const { stream, facts } = told;
  switch (outcome.outcome) {
    case 'recorded':
      return { settled: facts.map(() => 'recorded'), position: outcome.position };
    case 'alreadyRecorded': {
      const found: Settlement = { settled: [] };
      for (const event of outcome.events) found.settled.push(asFound(event, since, found));
      return found;
    }
    case 'unknown':
      return Promise.reject(
        new Error(`${stream}: it is unknown whether the batch was recorded; run the import again`, {
          cause: outcome.cause,
        }),
      );
    default: {
      const found: Settlement = { settled: [] };
      return settleOneByOne(ledger, told, since, found).then((settled) => ({ ...found, settled }));
    }
  }
}

/** What is there already: recorded by this import before it broke off, or by somebody before. */
function asFound({ position }: LedgerEvent, since: bigint | undefined, found: Settlement): 'recorded' | 'already' {
  if (since === undefined || position === undefined || BigInt(position) <= since) return 'already';
  note(BigInt(position), found);
  return 'recorded';
}

function note(position: bigint, found: Settlement): void {
  if (found.position === undefined || position > found.position) found.position = position;
}

async function settleOneByOne(
  ledger: Ledger,
  { stream, facts, rows }: StreamFacts,
  since: bigint | undefined,
  found: Settlement,
): Promise<Settled[]> {
  const known = new Map<string, { content: string; event?: LedgerEvent; first?: number }>();
  const repeats = new Map<number, number>();
  for (const event of await ledger.streamEvents(stream)) known.set(event.id, { content: contentKey(event), event });
  const settled = new Map<number, Settled>();
  let open: number[] = [];
  facts.forEach((fact, index) => {
    const content = contentKey(fact);
    const there = known.get(fact.id);
    if (there === undefined) open.push(index);
    else if (there.content !== content)
      settled.set(index, { field: 'id', reason: `${fact.id} stands for another event of ${stream}` });
    else {
      settled.set(index, there.event === undefined ? 'already' : asFound(there.event, since, found));
      if (there.first !== undefined) repeats.set(index, there.first);
    }
    // Said again in the same batch, it is there by its own doing only once.
    known.set(fact.id, { content: there?.content ?? content, first: there === undefined ? index : there.first });
  });
  /** Refuses with a fact all that is of its row and still open: no row is recorded in part. */
  const refuse = (faults: ReadonlyMap<number, CellFault>) => {
    const ofRow = new Map([...faults].map(([index, fault]) => [rows[index], fault]));
    for (const index of open) {
      const fault = faults.get(index) ?? ofRow.get(rows[index]);
      if (fault !== undefined) settled.set(index, fault);
    }
    open = open.filter((index) => !settled.has(index));
  };
  refuse(new Map([...settled].flatMap(([index, one]) => (typeof one === 'object' ? [[index, one] as const] : []))));

  while (open.length > 0) {
    const outcome = await ledger.append(
      stream,
      open.map((index) => facts[index]!),
    );
    const faults = new Map<number, CellFault>();
    switch (outcome.outcome) {
      case 'recorded':
      case 'alreadyRecorded':
        if (outcome.outcome === 'recorded') note(outcome.position, found);
        for (const index of open) settled.set(index, outcome.outcome === 'recorded' ? 'recorded' : 'already');
        open = [];
        break;
      case 'invalid':
        for (const { index, ...fault } of outcome.faults) {
          faults.set(open[index]!, { field: fault.field, reason: describeFaults([fault]) });
        }
        break;
      case 'conflictingId':
        for (const index of open) {
          if (facts[index]!.id === outcome.id)
            faults.set(index, { field: 'id', reason: `${outcome.id} stands for another event` });
        }
        break;
      case 'refused':
        if (halves(open, rows).length === 1) faults.set(open[0]!, { field: '(row)', reason: outcome.message });
        else {
          for (const part of halves(open, rows)) {
            const told = { stream, facts: part.map((index) => facts[index]!), rows: part.map((index) => rows[index]) };
            const results = await settleOneByOne(ledger, told, since, found);
            part.forEach((index, place) => settled.set(index, results[place]!));
          }
          open = [];
        }
        break;
      default:
        throw new Error(`${stream}: the import could not record: ${outcome.outcome}`);
    }
    if (open.length > 0 && faults.size === 0)
      throw new Error(`${stream}: the store refused the batch without naming an event`);
    refuse(faults);
  }
  for (const [index, first] of repeats) {
    const become = settled.get(first)!;
    if (typeof become === 'object') settled.set(index, become);
  }
  return facts.map((_, index) => settled.get(index)!);
}

/** The facts in two parts, no row cut in two; one part where all are of one row. */
function halves(open: readonly number[], rows: readonly unknown[]): number[][] {
  const byRow = new Map<unknown, number[]>();
  for (const index of open) {
    const ofRow = byRow.get(rows[index]);
    if (ofRow) ofRow.push(index);
    else byRow.set(rows[index], [index]);
  }
  const all = [...byRow.values()];
  const half = Math.ceil(all.length / 2);
  const inOrder = (part: number[][]) => part.flat().sort((a, b) => a - b);
  return [all.slice(0, half), all.slice(half)].filter((part) => part.length > 0).map(inOrder);
}
