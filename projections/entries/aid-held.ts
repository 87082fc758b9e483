import type { DayNumber } from '../../libs/calendar';
import type { Inquiry } from '../inquiry';

/** An aid identity held from a day on; `until` is the first day without it. */
export interface AidHeld {
  aidClass: string;
  region: string;
  from: DayNumber;
  until?: DayNumber;
  events: string[];
}

/** Every aid identity as identified (CV-24), whatever day it begins to count for benefits. */
export function aidIdentities(inquiry: Inquiry): AidHeld[] {
  const held: AidHeld[] = [];
  for (const fact of inquiry.history.facts) {
    if (fact.type === 'AidGranted') {
      held.push({ aidClass: fact.data.aidClass, region: fact.data.region, from: fact.day, events: [...fact.events] });
    } else if (fact.type === 'AidEnded') {
      const open = held.findLast(({ aidClass, until }) => aidClass === fact.data.aidClass && until === undefined);
      if (open) {
        open.until = fact.day;
        open.events.push(...fact.events);
      }
    }
  }
  return held;
}

/** The identities in force on a day. */
export function aidHeldOn(inquiry: Inquiry, on: DayNumber): AidHeld[] {
  return aidIdentities(inquiry).filter(({ from, until }) => from <= on && (until === undefined || on < until));
}
