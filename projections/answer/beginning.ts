import { timelineOf } from '../coverage';
import type { History } from '../history';
import type { Grounds, Inquiry, SoFar } from '../inquiry';
import { paymentRecord, type PaymentRecord } from '../payments';

/** What every answer begins with. It depends on what is known, the law and the readings, and on no day that is asked about. */
export interface Beginning {
  payments: PaymentRecord;
  covering: ReturnType<typeof timelineOf>;
}

interface Begun {
  grounds: Grounds;
  /** Found and kept at the second question: most histories are asked about once. */
  found?: { beginning: Beginning; soFar: SoFar };
}

/** The last beginning of each history, as long as somebody holds the history. */
const begun = new WeakMap<History, Begun>();

/** The beginning of an answer that is asked with its reasons: found, or taken over from an earlier question about another day. */
export function beginningOf(inquiry: Inquiry): Beginning {
  const { grounds } = inquiry;
  const before = begun.get(grounds.person);
  if (!before || !beginAlike(before.grounds, grounds)) {
    begun.set(grounds.person, { grounds });
    return begin(inquiry);
  }
  if (before.found) {
    inquiry.goOn(before.found.soFar);
    return before.found.beginning;
  }
  const beginning = begin(inquiry);
  before.found = { beginning, soFar: inquiry.soFar() };
  return beginning;
}

function begin(inquiry: Inquiry): Beginning {
  const payments = paymentRecord(inquiry.history);
  return { payments, covering: timelineOf(inquiry, payments) };
}

/** Whether two questions about one history differ at most in what a beginning does not depend on. */
function beginAlike(a: Grounds, b: Grounds): boolean {
  return (
    a.policies === b.policies &&
    a.question.region === b.question.region &&
    sameReadings(a.question.readings, b.question.readings) &&
    sameHistories(a.regions, b.regions) &&
    sameHistories(a.employers, b.employers)
  );
}

function sameReadings(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function sameHistories(
  a: ReadonlyMap<string, History> = new Map(),
  b: ReadonlyMap<string, History> = new Map(),
): boolean {
  if (a.size !== b.size) return false;
  for (const [id, history] of a) if (b.get(id) !== history) return false;
  return true;
}
