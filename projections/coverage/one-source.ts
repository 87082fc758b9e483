import { OPEN, contains, intersect, overlaps, subtract, toDay, type DayNumber } from '../../libs/calendar';
import { benefitSource, choiceDays } from '../duplicates';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import type { Stretch } from './build';
import type { OpenDays, RelationRecord, WaitingWindow } from './timeline';

interface Days {
  covered: readonly Stretch[];
  windows: readonly WaitingWindow[];
  open: readonly OpenDays[];
  relations: readonly RelationRecord[];
}

/**
 * One benefit source a day (CV-16). While a new relation waits, an old one that is still paid pays or not; a
 * former employee's resident relation ends with the next change; where several relations cover, the duplicate
 * rules choose, and where they are silent every one of them stays.
 */
export function oneSource(
  inquiry: Inquiry,
  payments: PaymentRecord,
  days: Days,
): { covered: Stretch[]; open: OpenDays[] } {
  const open = [...days.open];
  let covered = [...days.covered];
  for (const window of days.windows) covered = duringEntry(inquiry, covered, window, days.relations, open);
  for (const { participation, payment, ...span } of days.open) {
    if (participation && payment)
      covered = duringEntry(inquiry, covered, { ...span, participation, payment }, days.relations, open);
  }
  if (!someOverlap(covered)) return { covered, open };
  return { covered: chooseDayByDay(inquiry, payments, covered), open };
}

/** Days on which a new relation waits, or on which it is open whether it does. */
type EntryDays = Omit<WaitingWindow, 'cause' | 'rule'> & { cause?: WaitingWindow['cause'] };

function duringEntry(
  inquiry: Inquiry,
  covered: Stretch[],
  window: EntryDays,
  relations: readonly RelationRecord[],
  open: OpenDays[],
): Stretch[] {
  const old = (stretch: Stretch) =>
    stretch.scheme !== window.scheme &&
    stretch.arrival <= window.payment.day &&
    stretch.basis !== 'retiree' &&
    !stretch.restored;
  if (!covered.some((stretch) => old(stretch) && overlaps(stretch, window))) return covered;
  const reading = inquiry.read('switch.oldRelation', window.region, window.payment.day);
  if (reading.known && reading.value === 'continues') {
    if (window.cause)
      inquiry.because(() => ({
        claim: 'benefit',
        rule: reading.rule,
        events: window.payment.events,
        zh: `新参保关系处于等待期（至 ${toDay(window.through)}）期间，原已缴费的参保关系继续享受待遇。`,
        en: `While the new relation waits (through ${toDay(window.through)}), the old relation that is still paid goes on giving benefits.`,
      }));
    return covered;
  }
  const began = registeredOn(relations, window) ?? window.payment.day;
  if (reading.known) {
    return covered.flatMap((stretch) =>
      old(stretch) ? subtract(stretch, [{ from: began, through: OPEN }]) : [stretch],
    );
  }
  return covered.flatMap((stretch) => {
    const lost = old(stretch) ? intersect(stretch, window) : undefined;
    if (!lost) return [stretch];
    open.push({ ...stretch, ...lost, question: 'switch.oldRelation', gap: reading });
    return subtract(stretch, [lost]);
  });
}

function registeredOn(relations: readonly RelationRecord[], window: EntryDays): DayNumber | undefined {
  const relation = relations.find(
    ({ scheme, region, participation, registered }) =>
      registered !== undefined &&
      scheme === window.scheme &&
      region === window.region &&
      participation === window.participation,
  );
  return relation?.registered && relation.registered.day <= window.payment.day ? relation.registered.day : undefined;
}

function someOverlap(covered: readonly Stretch[]): boolean {
  const sorted = [...covered].sort((a, b) => a.from - b.from);
  let through = -Infinity;
  for (const stretch of sorted) {
    if (stretch.from <= through) return true;
    through = Math.max(through, stretch.through);
  }
  return false;
}

/** Cuts the days where coverage or the choice changes, and lets one source stand on each stretch. */
function chooseDayByDay(inquiry: Inquiry, payments: PaymentRecord, covered: readonly Stretch[]): Stretch[] {
  const changes = covered.flatMap(({ from, through, switched }) => [
    from,
    ...(through === OPEN ? [] : [through + 1]),
    ...(switched ? [switched.on] : []),
  ]);
  const edges = [...new Set([...changes, ...choiceDays(inquiry)])].sort((a, b) => a - b);
  const chosen: Stretch[] = [];
  for (const [index, from] of edges.entries()) {
    const here = covered.filter((stretch) => contains(stretch, from));
    if (here.length === 0) continue;
    const through = (edges[index + 1] ?? OPEN + 1) - 1;
    const source =
      (benefitSource(inquiry, payments, here, from) as Stretch | undefined) ?? bySwitch(inquiry, here, from);
    for (const stretch of source ? [source] : here) chosen.push({ ...stretch, from, through });
  }
  return chosen;
}

/**
 * Where no duplicate rule chooses, a switch between the schemes does: benefits are drawn in the relation left until the new one
 * begins, and in the new one from then on (JX-7.1). What was paid beside it afterwards is no part of the switch.
 */
function bySwitch(inquiry: Inquiry, here: readonly Stretch[], on: DayNumber): Stretch | undefined {
  const [one, other] = here;
  if (here.length !== 2 || !one || !other || one.scheme === other.scheme) return undefined;
  const entered = [one, other].filter(({ switched }) => switched).sort((a, b) => b.switched!.on - a.switched!.on)[0];
  if (!entered) return undefined;
  const { switched } = entered;
  const left = entered === one ? other : one;
  if (left.arrival > switched!.payment.day) return undefined;
  if (on < switched!.on) return left;
  inquiry.because(() => ({
    claim: 'benefit',
    rule: switched!.rule,
    events: switched!.payment.events,
    zh: `参保关系已转换，自 ${toDay(switched!.on)} 起在转入的险种享受待遇。`,
    en: `The person switched schemes; from ${toDay(switched!.on)} benefits are drawn in the new one.`,
  }));
  return entered;
}
