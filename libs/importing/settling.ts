import type { Ledger } from '../ledger';
import { contentKey, describeFaults, type LedgerEvent } from '../../events';
import type { CellFault } from './row';

/** What became of one fact. */
export type Settled = 'recorded' | 'already' | CellFault;

/**
 * Records facts of one stream in order, as one batch where nothing stands in the way. What is there already is passed over,
 * what the ledger refuses is told fact by fact. Throws where the store cannot say what became of the batch.
 */
export async function settle(ledger: Ledger, stream: string, facts: readonly LedgerEvent[]): Promise<Settled[]> {
  const outcome = await ledger.append(stream, facts);
  if (outcome.outcome === 'recorded') return facts.map(() => 'recorded');
  if (outcome.outcome === 'alreadyRecorded') return facts.map(() => 'already');
  if (outcome.outcome === 'unknown') {
    throw new Error(`${stream}: it is unknown whether the batch was recorded; run the import again`, {
      cause: outcome.cause,
    });
  }
  return settleOneByOne(ledger, stream, facts);
}

async function settleOneByOne(ledger: Ledger, stream: string, facts: readonly LedgerEvent[]): Promise<Settled[]> {
  const known = new Map((await ledger.streamEvents(stream)).map((event) => [event.id, contentKey(event)]));
  const settled = new Map<number, Settled>();
  let open: number[] = [];
  facts.forEach((fact, index) => {
    const content = known.get(fact.id);
    if (content === undefined) open.push(index);
    else
      settled.set(
        index,
        content === contentKey(fact)
          ? 'already'
          : { field: 'id', reason: `${fact.id} stands for another event of ${stream}` },
      );
    known.set(fact.id, contentKey(fact));
  });

  while (open.length > 0) {
    const outcome = await ledger.append(
      stream,
      open.map((index) => facts[index]!),
    );
    const faults = new Map<number, CellFault>();
    switch (outcome.outcome) {
      case 'recorded':
      case 'alreadyRecorded':
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
        if (open.length === 1) faults.set(open[0]!, { field: '(row)', reason: outcome.message });
        else {
          const half = Math.ceil(open.length / 2);
          for (const part of [open.slice(0, half), open.slice(half)]) {
            const results = await settleOneByOne(
              ledger,
              stream,
              part.map((index) => facts[index]!),
            );
            part.forEach((index, place) => settled.set(index, results[place]!));
          }
          open = [];
        }
        break;
      default:
        throw new Error(`${stream}: the import could not record: ${outcome.outcome}`);
    }
    for (const [index, fault] of faults) settled.set(index, fault);
    if (open.length > 0 && faults.size === 0)
      throw new Error(`${stream}: the store refused the batch without naming an event`);
    open = open.filter((index) => !faults.has(index));
  }
  return facts.map((_, index) => settled.get(index)!);
}
