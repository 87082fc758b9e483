import { firstDayOfYear, yearOf, type DayNumber } from '../../libs/calendar';
import type { Inquiry } from '../inquiry';

/** Days on which the choice among the same relations may change, though what they cover does not: a settlement, a move, school, an aid identity. */
export function choiceDays(inquiry: Inquiry): DayNumber[] {
  const days: DayNumber[] = [];
  for (const fact of inquiry.history.facts) {
    switch (fact.type) {
      case 'DuplicateElected':
      case 'DuplicateResolved':
      case 'ResidenceChanged':
      case 'EmploymentStarted':
      case 'AidGranted':
      case 'AidEnded':
        days.push(fact.day);
        break;
      case 'EmploymentEnded':
        days.push(fact.day + 1);
        break;
      case 'StudentEnrolled':
        days.push(fact.day, firstDayOfYear(yearOf(fact.day) + 1));
        break;
      case 'StudentGraduated':
        days.push(firstDayOfYear(yearOf(fact.day) + 1));
        break;
      case 'Paid':
        // The latest payment leads where nobody knows where the person lives (TL-4.2b).
        if (fact.data.scheme === 'resident') days.push(fact.day);
        break;
      default:
    }
  }
  return days;
}
