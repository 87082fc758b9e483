import { contains, toDay, type DayNumber } from '../../libs/calendar';
import type { Timeline } from '../coverage/timeline';
import type { Inquiry } from '../inquiry';
import type { PaymentRecord } from '../payments';
import { benefitSource } from './source';
import { studentPlace } from './student';

/** The region where the person draws benefits on the day; undefined where nothing covers the day or no rule chooses. */
export function placeOn(
  inquiry: Inquiry,
  payments: PaymentRecord,
  timeline: Timeline,
  on: DayNumber,
): string | undefined {
  const covering = timeline.covered.filter((days) => contains(days, on));
  const source = benefitSource(inquiry, payments, covering, on);
  if (!source) return undefined;
  if (source.scheme === 'resident') {
    const students = studentPlace(inquiry, payments, [source], on);
    if (students && students.region === source.region) {
      const graduated = inquiry
        .facts('StudentGraduated')
        .some(
          ({ day }) =>
            day <= on && !inquiry.facts('StudentEnrolled').some((again) => again.day > day && again.day <= on),
        );
      inquiry.because(() => ({
        claim: 'place',
        rule: students.rule,
        events: students.events,
        zh: `${graduated ? '毕业当年的学生' : '在校学生'} ${toDay(on)} 在 ${source.region} 享受居民医保待遇。`,
        en: `On ${toDay(on)} the student draws resident benefits in ${source.region}.`,
      }));
    }
  }
  return source.region;
}
