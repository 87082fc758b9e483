import type { LedgerEvent } from '../../events';
import type { ReversedPayment } from './payments';
import type { CellFault } from './row';

/**
 * The voiding that a negative row stands for: of the last payment with the same months and amounts that arrived by that day and
 * is not voided. A row read before finds the voiding it brought then. `known` is the person's stream with what is about to be recorded.
 */
export function settleReversal(
  reversal: ReversedPayment,
  known: readonly LedgerEvent[],
): { event: LedgerEvent } | { fault: CellFault } {
  const voided = new Set(known.flatMap((event) => (event.type === 'Voided' ? [event.data.target] : [])));
  const ids = new Set(known.map(({ id }) => id));
  const candidates = known.filter(
    (event) => event.type === 'Paid' && event.effectiveOn <= reversal.on && reversal.matches(event.data),
  );
  const before = candidates.map(({ id }) => reversal.voiding(id)).find(({ id }) => ids.has(id));
  if (before !== undefined) return { event: before };
  const target = candidates.findLast(({ id }) => !voided.has(id));
  if (target !== undefined) return { event: reversal.voiding(target.id) };
  return {
    fault: {
      field: '(row)',
      reason: `reverses a payment that the ledger does not hold; expected one of the same person, months and amounts that arrived by ${reversal.on}`,
    },
  };
}
