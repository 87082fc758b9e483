import type { Day } from '../calendar';
import type { Grounds } from '../../projections/inquiry';
import type { Command } from './command';
import type { Decision } from './decision';
import { electDuplicate, resolveDuplicate } from './settle-duplicate';
import { pay } from './pay';
import { refund } from './refund';
import { register } from './register';
import { requestBackPayment } from './request-back-payment';
import { retire } from './retire';
import { Situation } from './situation';
import { suspend } from './suspend';
import { terminate } from './terminate';
import { transfer } from './transfer';

/**
 * Decides what is asked for on a day against what is known on it: the events to record, none where everything asked for
 * already holds, or the refusal with the rule that says no. Where a document is silent nothing is refused: `review` asks
 * for a person's look, and a note names the family. Throws nothing for what the business says.
 */
export function decide(command: Command, grounds: Grounds, on: Day): Decision {
  const at = new Situation(grounds, regionOf(command) ?? grounds.question.region, on);
  switch (command.type) {
    case 'Register':
      return register(command, at);
    case 'Suspend':
      return suspend(command, at);
    case 'Terminate':
      return terminate(command, at);
    case 'Transfer':
      return transfer(command, at);
    case 'Retire':
      return retire(command, at);
    case 'Refund':
      return refund(command, at);
    case 'RequestBackPayment':
      return requestBackPayment(command, at);
    case 'Pay':
      return pay(command, at);
    case 'ElectDuplicate':
      return electDuplicate(command, at);
    case 'ResolveDuplicate':
      return resolveDuplicate(command, at);
  }
}

function regionOf({ type, data }: Command): string | undefined {
  switch (type) {
    case 'Transfer':
      return data.toRegion;
    case 'ElectDuplicate':
    case 'ResolveDuplicate':
      return undefined;
    default:
      return data.region;
  }
}
