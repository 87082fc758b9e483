import { OPEN, firstDayOf, firstDayOfNextMonth, monthOf, type DayNumber, type MonthNumber } from '../../libs/calendar';
import type { RetireeStart } from '../../libs/policy/evaluation';
import { MonthTally, countableMonths, yearSums, type CountedMonths } from '../contribution';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { agesRuled, inWholeYears, requiredYears, wanting, wholeYears } from './conditions';
import { statutoryAgeOn } from './statutory-age';

/** Since when a person is a retiree, and what decided it. */
export interface RetireeFrom {
  day: DayNumber;
  rule: string;
  events: string[];
  /** The procedure, the statutory age, or the payment that completed the years. */
  decidedOn: DayNumber;
  /** The last month whose contribution is due. */
  lastDueMonth: MonthNumber;
}

/**
 * The first day as a retiree, whatever day is asked about: from the procedure, which is believed even where the
 * ledger does not hold the years, or, where none is needed, from the day on which age and years are complete.
 */
export function retireeFrom(inquiry: Inquiry, payments: PaymentRecord): RetireeFrom | undefined {
  return inquiry.once(payments, () => findRetireeFrom(inquiry, payments));
}

function findRetireeFrom(inquiry: Inquiry, payments: PaymentRecord): RetireeFrom | undefined {
  const byProcedure = fromProcedure(inquiry);
  const byYears = fromYears(inquiry, payments);
  if (!byProcedure || !byYears) return byProcedure ?? byYears;
  return byYears.day <= byProcedure.day ? byYears : byProcedure;
}

function fromProcedure(inquiry: Inquiry): RetireeFrom | undefined {
  const [retired] = inquiry.facts('Retired');
  if (!retired) return undefined;
  const { region } = retired.data;
  // A procedure from before the rules' first day is settled; they still say what follows from it (CV-21).
  const rulesOn = Math.max(retired.day, inquiry.firstDay(region) ?? retired.day);
  const start = inquiry.read('retirement.start', region, rulesOn);
  if (!start.known) {
    inquiry.undetermined('retirement.retireeFrom', start);
    return undefined;
  }
  return starting(start.value, start.rule, retired.day, retired.events);
}

function fromYears(inquiry: Inquiry, payments: PaymentRecord): RetireeFrom | undefined {
  const { region } = inquiry;
  const ageOn = statutoryAgeOn(inquiry);
  if (ageOn === undefined) return undefined;
  const rulesOn = Math.max(ageOn, inquiry.firstDay(region) ?? ageOn);
  const procedure = inquiry.read('retirement.procedure', region, rulesOn);
  if (!procedure.known || procedure.value || agesRuled(inquiry, ageOn, rulesOn)) return undefined;

  const required = requiredYears(inquiry, rulesOn);
  const whole = inWholeYears(inquiry, rulesOn);
  const complete = (tally: MonthTally): boolean => {
    if (required.total.known && tally.total < required.total.value) return false;
    const short = wanting(required, whole ? wholeYears(tally) : yearSums(tally, region));
    return short.total === 0 && short.actual === 0;
  };
  const { counted } = countableMonths(inquiry, payments, rulesOn);
  const completion = firstComplete(counted, ageOn, complete);
  if (!completion) return undefined;
  const start =
    completion.day === ageOn
      ? inquiry.read('retirement.start', region, rulesOn)
      : inquiry.read('retirement.startOnPayment', region, Math.max(completion.day, rulesOn));
  if (!start.known) {
    inquiry.undetermined('retirement.retireeFrom', start);
    return undefined;
  }
  const reached = inquiry.facts('StatutoryAgeReached').flatMap(({ events }) => events);
  return starting(start.value, start.rule, completion.day, [...reached, ...completion.events]);
}

/** The first day, from the age on, on which the months are complete: one pass over what comes and goes after it. */
function firstComplete(
  counted: readonly CountedMonths[],
  ageOn: DayNumber,
  complete: (tally: MonthTally) => boolean,
): { day: DayNumber; events: string[] } | undefined {
  const tally = new MonthTally();
  const later: { day: DayNumber; entry: CountedMonths; comes: boolean }[] = [];
  for (const entry of counted) {
    if (entry.until <= ageOn || entry.until <= entry.from) continue;
    if (entry.from <= ageOn) tally.add(entry);
    else later.push({ day: entry.from, entry, comes: true });
    if (entry.until !== OPEN) later.push({ day: entry.until, entry, comes: false });
  }
  if (complete(tally)) return { day: ageOn, events: [] };
  later.sort((a, b) => a.day - b.day);
  for (let i = 0; i < later.length;) {
    const { day } = later[i]!;
    const events = new Set<string>();
    for (; i < later.length && later[i]!.day === day; i++) {
      const { entry, comes } = later[i]!;
      if (comes) tally.add(entry);
      else tally.remove(entry);
      for (const event of entry.events) events.add(event);
    }
    if (complete(tally)) return { day, events: [...events] };
  }
  return undefined;
}

function starting({ from, lastDue }: RetireeStart, rule: string, decidedOn: DayNumber, events: string[]): RetireeFrom {
  const month = monthOf(decidedOn);
  return {
    day: firstDay(from, decidedOn),
    rule,
    events,
    decidedOn,
    lastDueMonth: lastDue === 'month' ? month : month - 1,
  };
}

function firstDay(from: RetireeStart['from'], decidedOn: DayNumber): DayNumber {
  switch (from) {
    case 'monthStart':
      return firstDayOf(monthOf(decidedOn));
    case 'day':
      return decidedOn;
    case 'nextDay':
      return decidedOn + 1;
    case 'nextMonth':
      return firstDayOfNextMonth(decidedOn);
  }
}
