import { OPEN, toDay, type DayNumber } from '../../libs/calendar';
import { aidOn } from '../aid';
import { backPaymentsOn } from '../back-payments';
import { basesOn } from '../bases';
import { benefitOn } from '../benefit';
import { contributionOn } from '../contribution';
import { timelineOf, type Timeline } from '../coverage';
import { duplicatesOn, placeOn } from '../duplicates';
import { Inquiry, type Grounds } from '../inquiry';
import { interruptionsOn } from '../interruptions';
import { lateFeesOn } from '../late-fees';
import { paymentOn } from '../payment';
import { paymentRecord } from '../payments';
import { plainReasons } from '../reasons';
import { refundsOn } from '../refunds';
import { registrationsOn } from '../relations';
import { retirementOn } from '../retirement';
import { staysOn } from '../stays';
import type { Answer, Because, CoverageSpan, WaitingPeriod } from './answer';

/**
 * The answer to one question: a pure function of what the basis knows, the packs, the readings and the day. Asked again
 * on the same grounds it is the same, byte for byte. Each part reads only what stands before it.
 */
export function answer(grounds: Grounds): Answer {
  const inquiry = new Inquiry(grounds);
  const on = inquiry.validOn;
  const payments = paymentRecord(inquiry.history);

  const { timeline, premiumsDue } = timelineOf(inquiry, payments);
  leaveOpen(inquiry, timeline);
  const benefit = benefitOn(inquiry, timeline, on, payments);
  const contribution = contributionOn(inquiry, payments, on);
  const retirement = retirementOn(inquiry, payments, contribution, on);
  const parts = {
    registrations: registrationsOn(timeline.relations, on),
    payment: paymentOn(inquiry, payments, timeline, on),
    benefit,
    waitingPeriods: waitingPeriods(timeline),
    waived: timeline.waivers.map((waiver) => ({ ...waiver, on: toDay(waiver.on) })),
    coverage: coverage(timeline),
    interruptions: interruptionsOn(inquiry, payments, timeline, on),
    contribution,
    retirement,
    refunds: refundsOn(inquiry, payments, timeline, on),
    backPayments: backPaymentsOn(inquiry, payments, on),
    lateFees: lateFeesOn(inquiry, payments, on),
    bases: basesOn(inquiry, on),
    duplicates: duplicatesOn(inquiry, payments, timeline, on),
    stays: staysOn(inquiry, timeline, on),
    aid: aidOn(inquiry, on),
    premiumsDue,
  };
  const place = placeOn(inquiry, payments, timeline, on);
  plainReasons(inquiry, payments, timeline, { ...parts, place }, on);
  const { because, undetermined, readings, packs } = inquiry.trace();
  const { question } = grounds;
  return {
    person: question.person,
    ...(grounds.persons && grounds.persons.length > 1 ? { persons: [...grounds.persons] } : {}),
    region: question.region,
    validOn: question.validOn,
    knownAt: String(question.knownAt),
    position: String(highestPosition(grounds)),
    packs: packs.map(({ id, version, sha256 }) => ({ id, version, sha256 })),
    ...parts,
    ...(place === undefined ? {} : { place }),
    undetermined,
    because: inReadingOrder(because),
    readings,
  };
}

/** What is read to a person first stands first; within a part the order in which it was worked out. */
const READ_FIRST = [
  'benefit',
  'waitingPeriods',
  'waived',
  'coverage',
  'place',
  'duplicates',
  'registrations',
  'payment',
  'interruptions',
  'contribution',
  'retirement',
];
const RANKS = new Map(READ_FIRST.map((part, index) => [part, index]));

function inReadingOrder(because: Because[]): Because[] {
  const rank = ({ claim }: Because) => RANKS.get(claim.split('.', 1)[0]!) ?? READ_FIRST.length;
  return because
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

function leaveOpen(inquiry: Inquiry, timeline: Timeline): void {
  for (const { question, gap, region, from, through } of timeline.open) {
    // What another place without a pack leaves open matters only for the days it holds.
    const elsewhere = inquiry.firstDay(region) === undefined && region !== inquiry.region;
    if (!elsewhere || (from <= inquiry.validOn && inquiry.validOn <= through)) inquiry.undetermined(question, gap);
  }
}

/** Windows in order; several triggers of one day that give the same window are one (CV-22). */
function waitingPeriods(timeline: Timeline): WaitingPeriod[] {
  const seen = new Set<string>();
  return [...timeline.windows]
    .sort((a, b) => a.from - b.from || a.through - b.through)
    .filter(({ scheme, from, through }) => {
      const key = `${scheme}|${from}|${through}`;
      return !seen.has(key) && seen.add(key);
    })
    .map(({ scheme, from, through, cause, rule }) => ({
      scheme,
      from: toDay(from),
      through: toDay(through),
      benefitsFrom: toDay(through + 1),
      cause,
      rule,
    }));
}

function coverage(timeline: Timeline): CoverageSpan[] {
  const merged: {
    scheme: CoverageSpan['scheme'];
    region: string;
    from: DayNumber;
    through: DayNumber;
    restored: boolean;
  }[] = [];
  for (const { scheme, region, from, through, restored } of timeline.covered) {
    const last = merged.findLast((span) => span.scheme === scheme && span.region === region);
    if (last && last.restored === restored && from <= last.through + 1) last.through = Math.max(last.through, through);
    else merged.push({ scheme, region, from, through, restored });
  }
  return merged.map(({ scheme, region, from, through, restored }) => ({
    scheme,
    region,
    from: toDay(from),
    ...(through === OPEN ? {} : { through: toDay(through) }),
    restored,
  }));
}

function highestPosition({ person, regions, employers }: Grounds): bigint {
  let highest = person.position;
  for (const history of [...regions.values(), ...(employers?.values() ?? [])]) {
    if (history.position > highest) highest = history.position;
  }
  return highest;
}
