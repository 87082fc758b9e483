import {
  OPEN,
  contains,
  firstDayOf,
  monthNumber,
  monthOf,
  toDay,
  toMonth,
  yearOfMonth,
  type MonthNumber,
  type Span,
} from '../../libs/calendar';
import { windowOfDays, windowOfMonths } from '../../libs/calendar';
import type { RuleValues } from '../../libs/policy/evaluation';
import { factsOf } from '../history';
import { monthsEn, monthsZh } from '../inquiry';
import { isCurrent, type FeeMonth } from '../payments';
import { paidMonths, refuse, type Claimed, type Verdict } from './verdict';

/** A flexible worker who paid the year and joined through an employer within it. */
export function flexibleEmployed(claimed: Claimed, rule: RuleValues['refund.flexibleEmployed']): Verdict {
  const annual = paidMonths(claimed).filter(paidAtOnceAsFlexible);
  const months: FeeMonth[] = [];
  let joined: Joined | undefined;
  for (const payment of new Set(annual.map((paid) => paid.payment))) {
    const own = annual.filter((paid) => paid.payment === payment);
    const employment = firstEmployment(claimed, { from: own[0]!.month, through: own[own.length - 1]!.month });
    if (!employment) continue;
    joined = employment;
    const from = rule.from === 'firstEmployerMonth' ? employment.firstMonth : monthOf(employment.jobBegan) + 1;
    const yearEnd = yearOfMonth(employment.firstMonth) * 12 + 11;
    const through = rule.through === 'yearEnd' ? yearEnd : Math.min(yearEnd, employment.lastMonth);
    months.push(
      ...own.filter(
        ({ month }) => from <= month && month <= through && (rule.only === 'remaining' || employment.paid.has(month)),
      ),
    );
  }
  if (!joined)
    return refuse(
      claimed.basis,
      '没有按年一次性缴费后又随单位参保的记录，不符合退费条件。',
      'Nothing shows a year paid at once as a flexible worker and an employer within it.',
    );
  if (months.length === 0)
    return refuse(claimed.basis, '没有重复缴费的月份可退。', 'No month was paid twice.', joined.events);
  return {
    allowed: true,
    months,
    events: joined.events,
    zh: `随单位参保的第一个所属期是 ${toMonth(joined.firstMonth)}，灵活就业身份已缴的 ${spanZh(months)}可以一次性申请退回`,
    en: `The first employer fee month is ${toMonth(joined.firstMonth)}; what was paid as a flexible worker for ${spanEn(months)} goes back on one application`,
  };
}

interface Joined {
  firstMonth: MonthNumber;
  lastMonth: MonthNumber;
  jobBegan: number;
  /** Months that the employer paid by the request. */
  paid: Set<MonthNumber>;
  events: string[];
}

function firstEmployment({ inquiry, request, payments }: Claimed, span: Span): Joined | undefined {
  const paid = payments.months.filter(
    (entry) => entry.participation === 'employed' && isCurrent(entry.kind) && entry.arrival <= request.day,
  );
  const registered = factsOf(inquiry.history, 'Registered').find(
    ({ day, data }) =>
      data.scheme === 'employee' &&
      data.participation === 'employed' &&
      day <= request.day &&
      contains(span, monthOf(day)),
  );
  const since = registered ? monthOf(registered.day) : span.from;
  const paidSince = paid.filter(({ month }) => month >= since && month <= span.through).map(({ month }) => month);
  if (!registered && paidSince.length === 0) return undefined;
  const stated = registered?.data.firstFeeMonth;
  const firstPaid = paidSince.length > 0 ? Math.min(...paidSince) : undefined;
  const firstMonth = Math.max(span.from, stated === undefined ? (firstPaid ?? since) : monthNumber(stated));

  const started = factsOf(inquiry.history, 'EmploymentStarted').find(
    ({ day, data }) =>
      day <= request.day &&
      contains(span, monthOf(day)) &&
      (registered?.data.employerId === undefined || registered.data.employerId === data.employerId),
  );
  const jobBegan = started?.day ?? registered?.day ?? firstDayOf(firstMonth);
  // A suspension tells no relation from another: it ends the employer's where the employer paid for no later month.
  const lastPaid = Math.max(-Infinity, ...paidSince);
  const suspended = factsOf(inquiry.history, 'Suspended').find(
    ({ day, data }) => data.scheme === 'employee' && day >= jobBegan && day <= request.day && monthOf(day) >= lastPaid,
  );
  const ended =
    factsOf(inquiry.history, 'EmploymentEnded').find(({ day }) => day <= request.day && day >= jobBegan) ?? suspended;
  return {
    firstMonth,
    lastMonth: ended ? monthOf(ended.day) : OPEN,
    jobBegan,
    paid: new Set(paid.map(({ month }) => month)),
    events: [...(registered?.events ?? []), ...(started?.events ?? [])],
  };
}

/** Contributions from retirement on. */
export function afterRetirement(claimed: Claimed, rule: RuleValues['refund.retirement']): Verdict {
  const { inquiry, request, timeline } = claimed;
  const retired = factsOf(inquiry.history, 'Retired').find(({ day }) => day <= request.day);
  const asRetiree = timeline.covered.find(({ basis, from }) => basis === 'retiree' && from <= request.day);
  const byProcedure = rule.from === 'monthAfterProcedure';
  const since = byProcedure || !asRetiree ? retired?.day : Math.min(asRetiree.from, retired?.day ?? OPEN);
  if (since === undefined)
    return refuse(claimed.basis, '没有办理退休的记录，不符合退费条件。', 'No retirement is on record.');
  const from = monthOf(since) + (byProcedure ? 1 : 0);
  const through = rule.who === 'flexible' ? yearOfMonth(monthOf(since)) * 12 + 11 : OPEN;
  const months = paidMonths(claimed).filter(
    (paid) =>
      contains({ from, through }, paid.month) &&
      isCurrent(paid.kind) &&
      (rule.who === 'everyone' || paidAtOnceAsFlexible(paid)),
  );
  const events = retired?.events ?? [...asRetiree!.events];
  if (months.length === 0)
    return refuse(
      claimed.basis,
      `${toMonth(from)} 起没有多缴的月份。`,
      `Nothing was paid from ${toMonth(from)} on.`,
      events,
    );
  const when = retired ? `${toDay(retired.day)} 办理退休` : `${toMonth(monthOf(since))} 起享受退休待遇`;
  const whenEn = retired
    ? `Retirement was done on ${toDay(retired.day)}`
    : `Retiree benefits run from ${toMonth(monthOf(since))}`;
  return {
    allowed: true,
    months,
    events,
    zh: `${when}，自 ${toMonth(from)} 起多缴的 ${spanZh(months)}可以退`,
    en: `${whenEn}; what was paid from ${toMonth(from)} on, ${spanEn(months)}, goes back`,
  };
}

/** A new enrollee who died while waiting. */
export function deathInWaiting(claimed: Claimed): Verdict {
  const { inquiry, request, timeline, payments } = claimed;
  const died = factsOf(inquiry.history, 'Died').find(({ day }) => day <= request.day);
  if (!died) return refuse(claimed.basis, '没有死亡记录，不符合退费条件。', 'No death is on record.');
  const months = paidMonths(claimed);
  const first = payments.months[0];
  const known = timeline.windows.find(
    ({ scheme, payment }) => scheme === 'employee' && payment.id === first?.payment.id,
  );
  // Once the money has gone back, its waiting period is no longer among the person's days.
  const window = known ?? (first?.refundedOn === undefined ? undefined : firstTimeWindow(claimed, first));
  if (!window || !contains(window, died.day) || months.length === 0)
    return refuse(
      claimed.basis,
      `${toDay(died.day)} 死亡时不在新参保的等待期内，不予退费。`,
      `On the day of death, ${toDay(died.day)}, no waiting of a new enrollee was running.`,
      died.events,
    );
  return {
    allowed: true,
    months,
    events: died.events,
    zh: `${toDay(died.day)} 死亡时仍在新参保等待期内（自 ${toDay(window.from)} 起），已缴的 ${spanZh(months)}可以退`,
    en: `The person died on ${toDay(died.day)}, in the waiting period that began on ${toDay(window.from)}; ${spanEn(months)} goes back`,
  };
}

function firstTimeWindow({ inquiry }: Claimed, { region, arrival }: FeeMonth): Span | undefined {
  const wait = inquiry.read('firstTime.wait', region, arrival);
  if (!wait.known) return undefined;
  const { length, unit, first, window } = wait.value;
  const from = first === 'payDay' ? arrival : arrival + 1;
  return unit === 'day' ? windowOfDays(from, length) : windowOfMonths(from, length, window);
}

/** Paid by the person for months of unemployment benefit, for which the fund pays. */
export function whileUnemployed(claimed: Claimed): Verdict {
  const spans = spansBetween(claimed, 'UnemploymentBenefitStarted', 'UnemploymentBenefitEnded');
  const inside = (month: MonthNumber) => spans.some((span) => contains(span, month));
  const byFund = new Set(claimed.payments.months.filter(isByFund).map(({ month }) => month));
  const recorded = [...byFund].some(inside);
  const months = paidMonths(claimed).filter(
    (paid) => inside(paid.month) && isByPerson(paid) && (!recorded || byFund.has(paid.month)),
  );
  const events = spans.flatMap((span) => span.events);
  if (months.length === 0)
    return refuse(
      claimed.basis,
      '领取失业保险金期间没有个人重复缴费的月份。',
      'No month of unemployment benefit was paid by the person as well.',
      events,
    );
  return {
    allowed: true,
    months,
    events,
    zh: `领取失业保险金期间个人重复缴纳的 ${spanZh(months)}可以退`,
    en: `What the person paid beside the fund while drawing unemployment benefit, ${spanEn(months)}, goes back`,
  };
}

/** Paid for months of a sentence; the account money already credited comes back. */
export function whileSentenced(claimed: Claimed, { accountRecovery }: RuleValues['refund.sentence']): Verdict {
  const { inquiry, request } = claimed;
  const correction = inquiry.read('refund.communityCorrection', request.data.region, request.day);
  const counts = (kind: string) => kind === 'sentence' || (correction.known && correction.value.refundable);
  const all = spansBetween(claimed, 'CustodyStarted', 'CustodyEnded');
  const spans = all.filter(({ kind }) => counts(kind ?? 'sentence'));
  const months = paidMonths(claimed).filter(({ month }) => spans.some((span) => contains(span, month)));
  const events = all.flatMap((span) => span.events);
  if (months.length === 0 && spans.length === 0 && all.length > 0)
    return correction.known
      ? refuse(
          correction.rule,
          '社区矫正期间可以参保并享受待遇，不属于服刑期间退费。',
          'People in community correction may be insured and draw benefits; this is no sentence to refund for.',
          events,
        )
      : refuse(claimed.basis, '没有服刑的记录，不符合退费条件。', 'No sentence is on record.', events);
  if (months.length === 0)
    return refuse(claimed.basis, '服刑期间没有缴费的月份。', 'Nothing was paid for months of a sentence.', events);
  const recover = accountRecovery && months.some(({ fundMode }) => fundMode !== 'pooledOnly');
  return {
    allowed: true,
    months,
    accountRecovery: recover,
    events,
    zh: `服刑期间缴纳的 ${spanZh(months)}可以退${recover ? '，已划入个人账户的资金如数追回' : ''}`,
    en: `What was paid for ${spanEn(months)} of the sentence goes back${recover ? ', and account money already credited is recovered' : ''}`,
  };
}

/** A paid month that has not begun stands in the way of a new registration. */
export function beforeRegistering(claimed: Claimed): Verdict {
  const { inquiry, request } = claimed;
  const { region } = request.data;
  let suspended: string[] | undefined;
  for (const { type, day, data, events } of inquiry.history.facts) {
    if (day > request.day) break;
    if (type === 'Suspended' && data.scheme === 'employee' && data.region === region) suspended = events;
    if (type === 'Registered' && data.scheme === 'employee' && data.region === region) suspended = undefined;
  }
  if (!suspended)
    return refuse(claimed.basis, '参保状态不是暂停，不适用先退费再登记。', 'The relation is not suspended.');
  const months = paidMonths(claimed).filter(({ month }) => firstDayOf(month) > request.day);
  if (months.length === 0)
    return refuse(
      claimed.basis,
      '已缴的月份已经进入待遇享受期，不退费，当月不再重复核定。',
      'The months paid have already begun; they are not returned, and are not assessed again.',
      suspended,
    );
  return {
    allowed: true,
    months,
    events: suspended,
    zh: `参保已暂停，已缴的 ${spanZh(months)}尚未开始，先退费再办理登记`,
    en: `The relation is suspended and ${spanEn(months)} has not begun; it goes back before the new registration`,
  };
}

interface EventSpan extends Span {
  kind?: string;
  events: string[];
}

/** Months from a start to its end by the request; a month of which only the day of release lies inside is none of them. Open where no end is known. */
function spansBetween(
  { inquiry, request }: Claimed,
  start: 'CustodyStarted' | 'UnemploymentBenefitStarted',
  end: 'CustodyEnded' | 'UnemploymentBenefitEnded',
): EventSpan[] {
  const spans: EventSpan[] = [];
  for (const { type, day, data, events } of inquiry.history.facts) {
    if (day > request.day) break;
    if (type === start)
      spans.push({ from: monthOf(day), through: OPEN, kind: (data as { kind?: string }).kind, events: [...events] });
    else if (type === end) {
      const open = spans.findLast(({ through }) => through === OPEN);
      if (!open) continue;
      open.through = monthOf(day - 1);
      open.events.push(...events);
    }
  }
  return spans;
}

/** Several months in one payment as a flexible worker. */
function paidAtOnceAsFlexible({ participation, kind, payment }: FeeMonth): boolean {
  const { feeMonths } = payment.data;
  return (
    participation === 'flexible' &&
    (kind === 'annual' || (kind === 'regular' && feeMonths!.from !== feeMonths!.through))
  );
}

function isByFund({ participation, payment }: FeeMonth): boolean {
  return (
    payment.data.payer === 'unemploymentFund' || (participation === 'unemployed' && payment.data.payer !== 'person')
  );
}

function isByPerson({ participation, payment }: FeeMonth): boolean {
  return payment.data.payer === 'person' || (payment.data.payer === undefined && participation === 'flexible');
}

function spanZh(months: readonly FeeMonth[]): string {
  const { from, through, count } = edges(months);
  return `${monthsZh(from, through)} 共 ${count} 个月`;
}

function spanEn(months: readonly FeeMonth[]): string {
  const { from, through, count } = edges(months);
  return `${monthsEn(from, through)} (${count} month${count === 1 ? '' : 's'})`;
}

/** First and last month, and how many different ones. */
export function edges(months: readonly FeeMonth[]): { from: MonthNumber; through: MonthNumber; count: number } {
  const numbers = new Set(months.map(({ month }) => month));
  return { from: Math.min(...numbers), through: Math.max(...numbers), count: numbers.size };
}
