import type { MonthWindow } from '../../../calendar';

/** A waiting period: its length, and the first day that counts (CV-5, CV-6). `window` says how months end; anniversary where left out. */
export interface Wait {
  length: number;
  unit: 'day' | 'month';
  first: 'payDay' | 'nextDay';
  window?: MonthWindow;
}

/** The first day that a payment covers when no waiting period stands before it. */
export type Start = 'payDay' | 'nextDay' | 'payMonth' | 'nextMonth' | 'yearStart' | 'birth' | 'identification';
