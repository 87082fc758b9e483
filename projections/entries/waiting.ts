import { toDay, windowOfDays, windowOfMonths, type DayNumber, type Span } from '../../libs/calendar';
import type { Start, Wait } from '../../libs/policy/evaluation';
import { firstDayOf, firstDayOfNextMonth, firstDayOfYear, lastDayOfYear, monthOf } from '../../libs/calendar';
import type { WaitingCause } from '../answer/answer';
import type { WaitingWindow } from '../coverage/timeline';
import { daysEn, daysZh, lengthEn, lengthZh, type Inquiry } from '../inquiry';

/** The waiting period that a payment on `arrival` starts (CV-5, CV-6). */
export function windowFrom(arrival: DayNumber, wait: Wait): Span {
  const first = wait.first === 'nextDay' ? arrival + 1 : arrival;
  if (wait.unit === 'day') return windowOfDays(first, wait.length);
  // Readings by calendar month count from the month of the payment, wherever the first day falls.
  const byMonth = wait.window === 'calendarMonths' || wait.window === 'followingMonths';
  return { from: first, through: windowOfMonths(byMonth ? arrival : first, wait.length, wait.window).through };
}

/** The first covered day of a payment that starts no waiting period. */
export function startDay(start: Start, arrival: DayNumber, benefitYear?: number): DayNumber {
  switch (start) {
    case 'nextDay':
      return arrival + 1;
    case 'payMonth':
      return firstDayOf(monthOf(arrival));
    case 'nextMonth':
      return firstDayOfNextMonth(arrival);
    case 'yearStart':
      return benefitYear === undefined ? arrival : firstDayOfYear(benefitYear);
    default:
      return arrival;
  }
}

const CAUSES: Record<WaitingCause, { zh: string; en: string }> = {
  firstTime: { zh: '首次参加职工医保', en: 'first enrolment in the employee scheme' },
  interruption: { zh: '中断缴费后恢复', en: 'resumption after an interruption' },
  schemeSwitch: { zh: '在职工医保与居民医保之间转换', en: 'switch between the employee and the resident scheme' },
  transfer: { zh: '转移接续前中断缴费', en: 'interruption before a transfer' },
  lateResident: { zh: '居民医保未在集中缴费期缴费', en: 'resident premium paid outside the collection period' },
  newborn: { zh: '新生儿未在规定时间内参保缴费', en: 'newborn not enrolled and paid for in time' },
  flexible: { zh: '灵活就业人员上年度未足额缴费', en: 'flexible worker whose previous year was not fully paid' },
};

/** Explains a waiting period: what caused it, from which payment it counts and when benefits begin. */
export function explainWindow(
  inquiry: Inquiry,
  window: WaitingWindow,
  wait: Wait,
  reason?: { zh: string; en: string },
): void {
  const cause = CAUSES[window.cause];
  const paid = toDay(window.payment.day);
  const anchorZh = wait.first === 'nextDay' ? `自 ${paid} 到账次日起` : `自 ${paid} 到账之日起`;
  const anchorEn =
    wait.first === 'nextDay' ? `from the day after the arrival on ${paid}` : `from the arrival on ${paid}`;
  inquiry.because(() => {
    const end = endingOf(inquiry, window);
    return {
      claim: 'waitingPeriods',
      rule: window.rule,
      events: window.payment.events,
      arithmetic: `${reason ? `${reason.zh}；` : ''}${anchorZh} ${lengthZh(wait.length, wait.unit)}：${daysZh(window.from, window.through)}，${end.zh}`,
      zh: `${cause.zh}，${reason ? `${reason.zh}，` : ''}${anchorZh}设 ${lengthZh(wait.length, wait.unit)}待遇等待期（${daysZh(window.from, window.through)}），${end.zh}。`,
      en: `Because of ${cause.en}${reason ? ` (${reason.en})` : ''}, a waiting period of ${lengthEn(wait.length, wait.unit)} counts ${anchorEn} (${daysEn(window.from, window.through)}); ${end.en}.`,
    };
  });
}

/** What follows the waiting: benefits, unless a death or the end of the year paid for comes first. */
function endingOf(inquiry: Inquiry, { from, through, payment }: WaitingWindow): { zh: string; en: string } {
  const died = inquiry.facts('Died').find(({ day }) => from <= day && day <= through);
  if (died) {
    const on = toDay(died.day);
    return { zh: `因参保人死亡止于 ${on}`, en: `it ended with the person's death on ${on}` };
  }
  const year = payment.data.benefitYear;
  if (year !== undefined && through >= lastDayOfYear(year)) {
    return {
      zh: `期满时 ${year} 年已结束，所缴该年保费不产生待遇`,
      en: `the year ${year} is over by then, and its premium gives no benefits`,
    };
  }
  const next = toDay(through + 1);
  return { zh: `${next} 起享受待遇`, en: `benefits begin on ${next}` };
}

/** Explains a waiting period that an exemption took away. */
export function explainWaiver(
  inquiry: Inquiry,
  waiver: { cause: WaitingCause; rule: string; on: DayNumber },
  events: readonly string[],
  reason: { zh: string; en: string },
): void {
  const cause = CAUSES[waiver.cause];
  inquiry.because(() => ({
    claim: 'waived',
    rule: waiver.rule,
    events,
    zh: `${cause.zh}本应设待遇等待期，因${reason.zh}不设，自 ${toDay(waiver.on)} 起不受等待期限制。`,
    en: `The waiting period for ${cause.en} does not apply on ${toDay(waiver.on)}, because of ${reason.en}.`,
  }));
}
