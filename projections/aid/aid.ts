import { OPEN, firstDayOfNextMonth, toDay, type DayNumber } from '../../libs/calendar';
import type { AidClass } from '../../events';
import type { AidSpan } from '../answer/answer';
import type { Fact } from '../history';
import { daysEn, daysZh, type Inquiry } from '../inquiry';

/** Days on which an aid identity (救助身份) counts. */
export interface AidHeld {
  aidClass: AidClass;
  from: DayNumber;
  /** `OPEN` until it ends. */
  through: DayNumber;
  /** Given by the rule where a change counts from the next month; undefined where the day itself counts. */
  rule?: string;
  events: string[];
}

/** The person's aid identities that were granted by `on`, with the days on which they count, in order. */
export function aidOn(inquiry: Inquiry, on: DayNumber): AidSpan[] {
  return aidHeld(inquiry, on).map(({ aidClass, from, through, rule, events }) => {
    inquiry.because(() => ({
      claim: 'aid',
      rule: rule ?? 'CV-24',
      events,
      arithmetic: daysZh(from, through),
      zh: `${rule === undefined ? '' : '救助身份变化自次月起生效，'}${classZh[aidClass]}身份计入 ${daysZh(from, through)}。`,
      en: `${rule === undefined ? '' : 'A change of aid identity counts from the next month; '}${aidClass} counts ${daysEn(from, through)}.`,
    }));
    const span: AidSpan = { aidClass, from: toDay(from) };
    if (through !== OPEN) span.through = toDay(through);
    return span;
  });
}

/** The same by day number, for what is worked out from it. An identity that ended before it counted is left out. */
export function aidHeld(inquiry: Inquiry, on: DayNumber): AidHeld[] {
  const held: AidHeld[] = [];
  for (const fact of inquiry.history.facts) {
    if (fact.type === 'AidGranted') {
      if (fact.day > on) continue;
      const { aidClass } = fact.data;
      if (held.some((span) => span.aidClass === aidClass && span.through === OPEN)) continue;
      const { day, rule } = countsFrom(inquiry, fact as Fact<'AidGranted'>);
      held.push({ aidClass, from: day, through: OPEN, rule, events: [...fact.events] });
    } else if (fact.type === 'AidEnded') {
      const open = held.findLast((span) => span.aidClass === fact.data.aidClass && span.through === OPEN);
      if (!open) continue;
      open.through = countsFrom(inquiry, fact as Fact<'AidEnded'>).day - 1;
      open.events.push(...fact.events);
    }
  }
  return held.filter(({ from, through }) => from <= through);
}

/** The first day on which a change counts: the day itself, unless the region says the next month. */
function countsFrom(inquiry: Inquiry, fact: Fact<'AidGranted'> | Fact<'AidEnded'>): { day: DayNumber; rule?: string } {
  const reading = inquiry.read('aided.identityChange', fact.data.region, fact.day);
  return reading.known && reading.value.start === 'nextMonth'
    ? { day: firstDayOfNextMonth(fact.day), rule: reading.rule }
    : { day: fact.day };
}

const classZh: Record<AidClass, string> = {
  minimumLiving: '低保',
  extremePoverty: '特困',
  povertyAlleviated: '已脱贫',
  monitored: '监测对象',
  lowIncomeMargin: '低保边缘',
  entitledGroup: '重点优抚',
  severeDisability: '重残',
};
