import type { DayNumber } from '../../libs/calendar';
import { shareOf, type Share } from '../fen';
import type { Inquiry } from '../inquiry';

/** A published average wage of everyone in urban units, a month, exact; and the publications it rests on. */
export interface AverageWage {
  monthly: Share;
  events: string[];
}

export const averageNames = { monthlyAverage: 'averageMonthlyWageFen', annualAverage: 'averageAnnualWageFen' } as const;

/**
 * The average wage in use in the region on the day; of the monthly and the annual figure (a twelfth of it) the one the
 * rule asks for first. Undefined while neither is published.
 */
export function averageWage(
  inquiry: Inquiry,
  region: string,
  on: DayNumber,
  first: keyof typeof averageNames = 'monthlyAverage',
): AverageWage | undefined {
  const order =
    first === 'monthlyAverage'
      ? (['monthlyAverage', 'annualAverage'] as const)
      : (['annualAverage', 'monthlyAverage'] as const);
  for (const name of order) {
    const published = inquiry.reference(averageNames[name], region, on);
    if (typeof published?.value !== 'number') continue;
    return { monthly: shareOf(published.value, 1, name === 'annualAverage' ? 12 : 1), events: [published.event] };
  }
  return undefined;
}
