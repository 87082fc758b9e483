import {
  OPEN,
  contains,
  lastDayOf,
  lastDayOfYear,
  mergeTouching,
  monthOf,
  toDay,
  toMonth,
  yearOf,
  type DayNumber,
  type Span,
} from '../../libs/calendar';
import { poolOf } from '../../libs/policy/evaluation';
import type { Benefit } from '../answer/answer';
import type { CoveredDays, PausedDays, Timeline } from '../coverage';
import { factsOf } from '../history';
import { daysEn, daysZh, type Inquiry } from '../inquiry';
import type { BenefitYear, FeeMonth, PaymentRecord } from '../payments';

/** Whether the old relation goes on paying while a new one waits: open, it leaves the waiting day open. */
const OLD_RELATION = 'switch.oldRelation';

/**
 * The benefit status on a day (待遇状态, CV-13): derived from coverage, waiting, pauses and what stays open; never stored. Without
 * the payments it is the status alone: neither the days it lasts nor what it rests on.
 */
export function benefitOn(inquiry: Inquiry, timeline: Timeline, on: DayNumber, payments?: PaymentRecord): Benefit {
  if (timeline.diedOn !== undefined && on > timeline.diedOn) {
    const { diedOn } = timeline;
    const lastDayCovered = timeline.covered.some((days) => contains(days, diedOn));
    inquiry.because(() => ({
      claim: 'benefit',
      rule: 'CV-14',
      events: factsOf(inquiry.history, 'Died').flatMap(({ events }) => events),
      zh: `参保人已于 ${toDay(diedOn)} 死亡，${lastDayCovered ? '当日仍享受待遇，次日起终止' : '此后不享受待遇'}。`,
      en: `The person died on ${toDay(diedOn)}; ${lastDayCovered ? 'that day is still covered, later days are not' : 'there are no benefits from then on'}.`,
    }));
    return { status: 'notCovered' };
  }
  const region = deciding(inquiry, timeline, on);
  const firstDay = inquiry.firstDay(region);
  if (firstDay === undefined || on < firstDay) {
    if (!timeline.covered.some((days) => contains(days, on))) return beforePack(inquiry, region, firstDay, on);
  }
  const pause = timeline.paused.find((span) => contains(span, on));
  const covering = timeline.covered.filter((days) => contains(days, on));
  const elsewhere = covering.every(({ region: place }) => poolOf(place) !== poolOf(inquiry.region));
  const lasting = payments ? edges : () => ({});
  if (pause?.duplicate && poolOf(pause.region) === poolOf(inquiry.region) && elsewhere)
    return { ...pausedOn(inquiry, pause, on), ...lasting(pause) };
  if (covering.length > 0) return coveredOn(inquiry, timeline, covering, on, payments);
  if (pause) return { ...pausedOn(inquiry, pause, on), ...lasting(pause) };

  const window = timeline.windows.find((span) => contains(span, on));
  const unsettled = timeline.open.find((span) => contains(span, on) && span.question === OLD_RELATION);
  if (window && !unsettled) {
    const account = inquiry.read('waiting.account', window.region, window.payment.day);
    inquiry.because(() => ({
      claim: 'benefit',
      rule: window.rule,
      events: window.payment.events,
      zh: `${toDay(on)} 处于待遇等待期（${daysZh(window.from, window.through)}）。`,
      en: `${toDay(on)} lies within a waiting period (${daysEn(window.from, window.through)}).`,
    }));
    return {
      status: 'waiting',
      scheme: window.scheme,
      region: window.region,
      basis: basisOf(window.scheme, window.participation),
      ...lasting(window),
      ...(account.known && window.scheme === 'employee' && fundMode(inquiry, timeline, on) !== 'pooledOnly'
        ? { account: account.value }
        : {}),
    };
  }
  const open = timeline.open.find((span) => contains(span, on));
  if (open) {
    inquiry.because(() => ({
      claim: 'benefit',
      rule: open.gap.rule ?? 'CV-10',
      events: open.payment?.events ?? [],
      zh: `${toDay(on)} 能否享受待遇，现行文件未作规定或尚缺所需数值，暂不作判定。`,
      en: `The documents leave open whether ${toDay(on)} is covered, or a value they need is not known; nothing is decided.`,
    }));
    return {
      status: 'undetermined',
      scheme: open.scheme,
      region: open.region,
      ...(open.participation ? { basis: basisOf(open.scheme, open.participation) } : {}),
      ...lasting(open),
    };
  }
  const pending = timeline.pending.find((span) => contains(span, on));
  if (pending) {
    const next = toDay(pending.through + 1);
    const waits = timeline.windows.some(
      ({ from, scheme }) => from === pending.through + 1 && scheme === pending.scheme,
    );
    inquiry.because(() => ({
      claim: 'benefit',
      rule: 'CV-13',
      events: pending.events,
      zh: waits ? `已缴费，自 ${next} 起为待遇等待期，待遇尚未开始。` : `已缴费，待遇自 ${next} 起享受，此前尚未开始。`,
      en: waits
        ? `Paid; the waiting period begins on ${next}, and benefits have not begun.`
        : `Paid; benefits begin on ${next} and have not begun yet.`,
    }));
    return {
      status: 'pending',
      scheme: pending.scheme,
      region: pending.region,
      basis: basisOf(pending.scheme, pending.participation),
      ...lasting(pending),
    };
  }
  const paid = payments && paidFor(payments, on);
  inquiry.because(() => ({
    claim: 'benefit',
    rule: 'CV-14',
    events: paid?.payment.events ?? lastPaid(payments, on),
    ...(paid
      ? paidInVain(timeline, paid, on)
      : {
          zh: `${toDay(on)} 没有已缴费的参保期间覆盖，不享受待遇。`,
          en: `No paid period covers ${toDay(on)}; there are no benefits.`,
        }),
  }));
  return payments ? uncovered(timeline, on) : { status: 'notCovered' };
}

/** The fee month or benefit year that holds the day and is paid, whenever the money came. */
function paidFor(payments: PaymentRecord, on: DayNumber): FeeMonth | BenefitYear | undefined {
  return (
    payments.months.find(({ month, refundedOn }) => month === monthOf(on) && refundedOn === undefined) ??
    payments.years.find(({ year, refundedOn }) => year === yearOf(on) && refundedOn === undefined)
  );
}

/** What to say of a day whose month or year is paid and which is not covered all the same. */
function paidInVain(timeline: Timeline, paid: FeeMonth | BenefitYear, on: DayNumber): { zh: string; en: string } {
  const [scheme, fee, period, last] =
    'month' in paid
      ? (['employee', `${toMonth(paid.month)} 的费款`, toMonth(paid.month), lastDayOf(paid.month)] as const)
      : (['resident', `${paid.year} 年的保费`, String(paid.year), lastDayOfYear(paid.year)] as const);
  const later = timeline.covered.find((days) => days.scheme === scheme && on < days.from && days.from <= last);
  const arrived = toDay(paid.arrival);
  return later
    ? {
        zh: `${fee}于 ${arrived} 到账，待遇自 ${toDay(later.from)} 起，${toDay(on)} 不享受待遇。`,
        en: `${period} was paid on ${arrived} and its benefits begin on ${toDay(later.from)}; there are none on ${toDay(on)}.`,
      }
    : {
        zh: `${fee}于 ${arrived} 到账，但不产生 ${toDay(on)} 的待遇，当日不享受待遇。`,
        en: `${period} was paid on ${arrived}, which gives no benefits for ${toDay(on)}.`,
      };
}

/** The payments that reach furthest of those that had arrived: after them nothing is paid. */
function lastPaid(payments: PaymentRecord | undefined, on: DayNumber): readonly string[] {
  let last: { through: number; events: readonly string[] } | undefined;
  const take = (through: number, arrival: DayNumber, events: readonly string[]) => {
    if (arrival <= on && (!last || through > last.through)) last = { through, events };
  };
  for (const { month, arrival, payment } of payments?.months ?? []) take(month, arrival, payment.events);
  for (const { year, arrival, payment } of payments?.years ?? []) take(year * 12 + 11, arrival, payment.events);
  return last?.events ?? [];
}

function coveredOn(
  inquiry: Inquiry,
  timeline: Timeline,
  covering: readonly CoveredDays[],
  on: DayNumber,
  payments?: PaymentRecord,
): Benefit {
  const [source] = covering;
  if (!source || covering.length > 1) {
    // Several relations cover the day and no rule says which one pays; covered it is, the source stays open.
    const gap = [inquiry.region, ...covering.map(({ region }) => region)]
      .map((region) => inquiry.read('duplicates.benefitOrder', region, on))
      .find(({ known }) => !known);
    if (gap && !gap.known) inquiry.undetermined('benefitSource', gap);
    inquiry.because(() => ({
      claim: 'benefit',
      rule: 'CV-16',
      events: [...new Set(covering.flatMap((days) => (payments && moneyBehind(payments, days, on)) ?? days.events))],
      zh: `${toDay(on)} 有 ${covering.length} 条参保关系处于享受待遇期间，由哪一条享受待遇未定，不重复享受。`,
      en: `${covering.length} relations cover ${toDay(on)}; which of them pays is open, and benefits are never drawn twice.`,
    }));
    return { status: 'covered', restored: covering.every(({ restored }) => restored) };
  }
  const { scheme, region, basis, restored } = source;
  if (!payments) return { status: 'covered', scheme, region, basis, restored };
  const whole = mergeTouching(
    timeline.covered.filter((days) => days.scheme === scheme && days.region === region),
    (a, b) => a.restored === b.restored,
  ).find((span) => contains(span, on))!;
  inquiry.because(() => ({
    claim: 'benefit',
    rule: source.rule ?? 'CV-14',
    events: moneyBehind(payments, source, on) ?? source.events,
    zh: `${toDay(on)} 处于享受待遇期间（${daysZh(whole.from, whole.through)}）${restored ? '，系事后追溯恢复' : ''}。`,
    en: `${toDay(on)} lies within covered days (${daysEn(whole.from, whole.through)})${restored ? ', restored afterwards' : ''}.`,
  }));
  return { status: 'covered', scheme, region, basis, ...edges(whole), restored };
}

/** The payment of the fee month or benefit year that holds the day; a retiree's day rests on his retirement. */
function moneyBehind(payments: PaymentRecord, source: CoveredDays, on: DayNumber): readonly string[] | undefined {
  if (source.basis === 'retiree') return undefined;
  const period = source.scheme === 'employee' ? monthOf(on) : yearOf(on);
  const paid =
    source.scheme === 'employee'
      ? payments.months.find(
          ({ month, region, refundedOn }) => month === period && region === source.region && refundedOn === undefined,
        )
      : payments.years.find(
          ({ year, region, refundedOn }) => year === period && region === source.region && refundedOn === undefined,
        );
  return paid?.payment.events;
}

function pausedOn(inquiry: Inquiry, pause: PausedDays, on: DayNumber): Benefit {
  inquiry.because(() => ({
    claim: 'benefit',
    rule: pause.rule,
    events: pause.events,
    zh: `${toDay(on)} 处于暂停待遇期间（${daysZh(pause.from, pause.through)}）。`,
    en: `${toDay(on)} lies within days on which benefits are paused (${daysEn(pause.from, pause.through)}).`,
  }));
  return { status: 'paused', scheme: pause.scheme, region: pause.region };
}

function beforePack(inquiry: Inquiry, region: string, firstDay: DayNumber | undefined, on: DayNumber): Benefit {
  // JL-19.5: what was back-paid without registration gives no benefit, on whatever day.
  const unregistered = inquiry
    .facts('Paid')
    .find(({ data }) => data.kind === 'backUnregistered' && data.feeMonths !== undefined && within(data.feeMonths, on));
  const rule = unregistered && inquiry.read('backPayment.unregisteredEffect', region, unregistered.day);
  if (unregistered && rule?.known && !rule.value.benefits) {
    inquiry.because(() => ({
      claim: 'benefit',
      rule: rule.rule,
      events: unregistered.events,
      zh: '未参保期间的补缴只补记缴费年限和个人账户，其间待遇不予追溯。',
      en: 'Back-payment for unregistered employment makes up years and account; it gives no benefits for that time.',
    }));
    return { status: 'notCovered' };
  }
  inquiry.undetermined(
    'benefit',
    firstDay === undefined
      ? { why: 'silent', needs: `pack:${region}` }
      : { why: 'notAvailable', needs: `pack:${region}@${toDay(on)}` },
  );
  return { status: 'undetermined', region };
}

function within(span: { from: string; through: string }, on: DayNumber): boolean {
  const month = toDay(on).slice(0, 7);
  return span.from <= month && month <= span.through;
}

/** The region whose pack rules the day: that of the relation that says something about it, else the one asked. */
function deciding(inquiry: Inquiry, timeline: Timeline, on: DayNumber): string {
  const days = [timeline.covered, timeline.paused, timeline.windows, timeline.open, timeline.pending];
  for (const spans of days) {
    const found = (spans as readonly (Span & { region: string })[]).find((span) => contains(span, on));
    if (found) return found.region;
  }
  return inquiry.region;
}

/** An uncovered day, with the edges of the stretch of days that nothing covers. */
function uncovered(timeline: Timeline, on: DayNumber): Benefit {
  let since = -OPEN;
  let through = OPEN;
  for (const spans of [timeline.covered, timeline.paused, timeline.windows, timeline.open, timeline.pending]) {
    for (const span of spans as readonly Span[]) {
      if (span.from > span.through) continue;
      if (contains(span, on)) return { status: 'notCovered' };
      if (span.through < on) since = Math.max(since, span.through + 1);
      else through = Math.min(through, span.from - 1);
    }
  }
  return {
    status: 'notCovered',
    ...(since > -OPEN ? { since: toDay(since) } : {}),
    ...(through < OPEN ? { through: toDay(through) } : {}),
  };
}

function edges(span: Span): { since: string; through?: string } {
  return { since: toDay(span.from), ...(span.through === OPEN ? {} : { through: toDay(span.through) }) };
}

function basisOf(scheme: 'employee' | 'resident', participation: string): Benefit['basis'] {
  if (scheme === 'resident') return 'resident';
  return participation === 'flexible' || participation === 'unemployed' ? participation : 'employed';
}

function fundMode(inquiry: Inquiry, timeline: Timeline, on: DayNumber): string | undefined {
  const paid = inquiry.facts('Paid').findLast(({ day, data }) => day <= on && data.fundMode !== undefined)
    ?.data.fundMode;
  return (
    paid ??
    timeline.relations.findLast(({ registered }) => registered?.data.fundMode !== undefined)?.registered?.data.fundMode
  );
}
