import { randomUUID } from 'node:crypto';
import { parseEvent, validateCorrection, type Fault, type LedgerEvent } from '../../events';
import { FOREVER } from '../../projections/grounds';
import { historyAt } from '../../projections/history';

/** A fault of one proposed event. */
export interface ProposalFault extends Fault {
  /** Its place among those proposed, from 0. */
  index: number;
}

/** A proposal that could not be recorded either. */
export class InvalidProposal extends Error {
  override readonly name = 'InvalidProposal';

  constructor(readonly faults: readonly ProposalFault[]) {
    super(faults.map(({ index, field, expected }) => `[${index}].${field}: expected ${expected}`).join('; '));
  }
}

/** The events of a proposal for one stream as they would be recorded at `now`. Throws `InvalidProposal`. */
export function proposedEvents(
  stream: string,
  inputs: readonly unknown[],
  known: readonly LedgerEvent[],
  now: string,
): LedgerEvent[] {
  const faults: ProposalFault[] = [];
  const events: LedgerEvent[] = [];
  inputs.forEach((input, index) => {
    const parsed = parseEvent(input, { stream, recordedAt: now, makeId: () => randomUUID() });
    if (!parsed.ok) faults.push(...parsed.faults.map((fault) => ({ index, ...fault })));
    else if (parsed.event.stream !== stream) {
      faults.push({ index, field: 'stream', value: parsed.event.stream, expected: `left out, or ${stream}` });
    } else events.push({ ...parsed.event, recordedAt: now });
  });
  if (inputs.length === 0) faults.push({ index: 0, field: 'events', value: [], expected: 'at least one event' });
  if (faults.length > 0) throw new InvalidProposal(faults);

  const all = [...known, ...events];
  const standing = new Map(historyAt(known, FOREVER).facts.map(({ id, data }) => [id, data as object]));
  events.forEach((event, index) => {
    if (event.type !== 'Corrected' && event.type !== 'Voided') return;
    const target = all.find(({ id }) => id === event.data.target);
    if (!target || target === event) {
      faults.push({
        index,
        field: 'data.target',
        value: event.data.target,
        expected: `the id of an event of ${stream}`,
      });
    } else if (
      event.type === 'Corrected' &&
      event.data.data &&
      target.type !== 'Corrected' &&
      target.type !== 'Voided'
    ) {
      faults.push(
        ...validateCorrection(target.type, event.data.data, standing.get(target.id)).map((fault) => ({
          index,
          ...fault,
        })),
      );
    }
  });
  if (faults.length > 0) throw new InvalidProposal(faults);
  return events;
}
