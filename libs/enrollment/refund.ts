import type { Refund } from './command';
import { accept, type Decision } from './decision';
import type { Situation } from './situation';

export function refund({ data }: Refund, at: Situation): Decision {
  return accept([{ type: data.amountFen === undefined ? 'RefundRequested' : 'Refunded', effectiveOn: at.day, data }]);
}
