import { OPEN, toDay, type DayNumber } from '../../libs/calendar';
import { aidOn } from '../aid';
import { backPaymentsOn } from '../back-payments';
import { basesOn } from '../bases';
import { benefitOn } from '../benefit';
import { contributionOn } from '../contribution';
import { timelineOf, type Timeline } from '../coverage';
import { duplicatesOn, placeOn } from '../duplicates';
import type { Inquiry } from '../inquiry';
import { interruptionsOn } from '../interruptions';
import { lateFeesOn } from '../late-fees';
import { paymentOn } from '../payment';
import { paymentRecord, type PaymentRecord } from '../payments';
import { refundsOn } from '../refunds';
import { registrationsOn } from '../relations';
import { retirementOn } from '../retirement';
import { staysOn } from '../stays';
import type { Answer, CoverageSpan, WaitingPeriod } from './answer';
import type { Beginning } from './beginning';

/** What an answer says, apart from the question, the law it stands on and why. */
export type AnswerPart = Exclude<
  keyof Answer,
  | 'person'
  | 'persons'
  | 'region'
  | 'validOn'
  | 'knownAt'
  | 'position'
  | 'packs'
  | 'undetermined'
  | 'because'
  | 'readings'
>;

type Making = { [P in AnswerPart]: (parts: AnswerParts) => Answer[P] };

/** How each part is made, in the order in which an answer is worked out: each reads only what stands before it. */
const MAKING: Making = {
  premiumsDue: ({ covering }) => covering.premiumsDue,
  benefit: ({ inquiry, timeline, on, payments }) => benefitOn(inquiry, timeline, on, payments),
  contribution: ({ inquiry, payments, on }) => contributionOn(inquiry, payments, on),
  retirement: (parts) => retirementOn(parts.inquiry, parts.payments, parts.get('contribution'), parts.on),
  registrations: ({ timeline, on }) => registrationsOn(timeline.relations, on),
  payment: ({ inquiry, payments, timeline, on }) => paymentOn(inquiry, payments, timeline, on),
  waitingPeriods: ({ timeline }) => waitingPeriods(timeline),
  waived: ({ timeline }) => timeline.waivers.map((waiver) => ({ ...waiver, on: toDay(waiver.on) })),
  coverage: ({ timeline }) => coverage(timeline),
  interruptions: ({ inquiry, payments, timeline, on }) => interruptionsOn(inquiry, payments, timeline, on),
  refunds: ({ inquiry, payments, timeline, on }) => refundsOn(inquiry, payments, timeline, on),
  backPayments: ({ inquiry, payments, on }) => backPaymentsOn(inquiry, payments, on),
  lateFees: ({ inquiry, payments, on }) => lateFeesOn(inquiry, payments, on),
  bases: ({ inquiry, on }) => basesOn(inquiry, on),
  duplicates: ({ inquiry, payments, timeline, on }) => duplicatesOn(inquiry, payments, timeline, on),
  stays: ({ inquiry, timeline, on }) => staysOn(inquiry, timeline, on),
  aid: ({ inquiry, on }) => aidOn(inquiry, on),
  place: ({ inquiry, payments, timeline, on }) => placeOn(inquiry, payments, timeline, on),
};
const ORDER = Object.keys(MAKING) as AnswerPart[];

/** One answer in the making. A part alone is what it is in the whole answer; what stays open is known only of the whole. */
export class AnswerParts {
  readonly on: DayNumber;
  readonly payments: PaymentRecord;
  private readonly made: Partial<Pick<Answer, AnswerPart>> = {};
  private found: Beginning['covering'] | undefined;

  /** With the beginning, where that has been found. */
  constructor(
    readonly inquiry: Inquiry,
    begun?: Beginning,
  ) {
    this.on = inquiry.validOn;
    this.payments = begun?.payments ?? paymentRecord(inquiry.history);
    if (begun) this.cover(begun.covering);
  }

  get<P extends AnswerPart>(part: P): Answer[P] {
    if (!(part in this.made)) this.made[part] = MAKING[part](this) as never;
    return this.made[part] as Answer[P];
  }

  /** Every part, in order. */
  all(): Pick<Answer, AnswerPart> {
    for (const part of ORDER) this.get(part);
    return this.made as Pick<Answer, AnswerPart>;
  }

  get timeline(): Timeline {
    return this.covering.timeline;
  }

  get covering(): Beginning['covering'] {
    return this.found ?? this.cover(timelineOf(this.inquiry, this.payments));
  }

  private cover(found: Beginning['covering']): Beginning['covering'] {
    leaveOpen(this.inquiry, found.timeline);
    return (this.found = found);
  }
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
