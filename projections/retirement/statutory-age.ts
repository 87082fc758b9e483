import { addMonthsClamped, dayNumber, toDay, yearOf, partsOf, type DayNumber } from '../../libs/calendar';
import type { RetirementCategory, Sex } from '../../events';
import type { Inquiry } from '../inquiry';

/** What the file says of the person, each field as last identified. */
interface PersonOnFile {
  sex?: Sex;
  birthDate?: string;
  retirementCategory?: RetirementCategory;
  events: string[];
}

/**
 * The day of the statutory retirement age: as `StatutoryAgeReached` says, else by the national gradual scheme for the
 * category on file (CV-20). Undefined without either; a category is never guessed.
 */
export function statutoryAgeOn(inquiry: Inquiry): DayNumber | undefined {
  return inquiry.once(statutoryAgeOn, () => findStatutoryAge(inquiry));
}

function findStatutoryAge(inquiry: Inquiry): DayNumber | undefined {
  const [reached] = inquiry.facts('StatutoryAgeReached');
  if (reached) {
    explain(inquiry, reached.day, reached.events, {
      zh: '已登记达到法定退休年龄',
      en: 'The statutory age is on record as reached',
    });
    return reached.day;
  }
  const { birthDate, retirementCategory, events } = onFile(inquiry);
  if (birthDate === undefined || retirementCategory === undefined) return undefined;
  const birth = dayNumber(birthDate);
  const scheme = inquiry.readNational('retirement.statutoryAge', birth);
  if (!scheme.known) return undefined;
  const { baseYears, stepMonths, capMonths } = scheme.value[retirementCategory];
  const late = (yearOf(birth) + baseYears - scheme.value.fromYear) * 12 + partsOf(birth).month;
  const delay = late <= 0 ? 0 : Math.min(Math.ceil(late / stepMonths), capMonths);
  const day = addMonthsClamped(birth, baseYears * 12 + delay);
  explain(inquiry, day, events, {
    zh: `按渐进式延迟法定退休年龄办法，在 ${baseYears} 周岁基础上延迟 ${delay} 个月`,
    en: `By the gradual scheme, ${baseYears} years and a delay of ${delay} months`,
  });
  return day;
}

/** The person's sex where the file says it, or the category implies it. */
export function sexOf(inquiry: Inquiry): Sex | undefined {
  const { sex, retirementCategory } = onFile(inquiry);
  if (sex !== undefined || retirementCategory === undefined) return sex;
  return retirementCategory === 'male60' ? 'male' : 'female';
}

function onFile(inquiry: Inquiry): PersonOnFile {
  return inquiry.once(onFile, () => readFile(inquiry));
}

function readFile(inquiry: Inquiry): PersonOnFile {
  const person: PersonOnFile = { events: [] };
  for (const { data, events } of inquiry.facts('Identified')) {
    if (data.sex !== undefined) person.sex = data.sex;
    if (data.birthDate !== undefined) person.birthDate = data.birthDate;
    if (data.retirementCategory !== undefined) person.retirementCategory = data.retirementCategory;
    person.events.push(...events);
  }
  return person;
}

function explain(inquiry: Inquiry, day: DayNumber, events: string[], how: { zh: string; en: string }): void {
  if (!inquiry.reasons) return;
  const scheme = inquiry.readNational('retirement.statutoryAge', day);
  if (scheme.rule === undefined) return;
  inquiry.because({
    claim: 'retirement.statutoryAgeOn',
    rule: scheme.rule,
    events,
    zh: `${how.zh}：法定退休年龄日为 ${toDay(day)}。`,
    en: `${how.en}: ${toDay(day)}.`,
  });
}
