import type { Start, Wait } from '../evaluation';
import { object, oneOf, whole, type Shape } from './shapes';

export const start: Shape<Start> = {
  ...oneOf('payDay', 'nextDay', 'payMonth', 'nextMonth', 'yearStart', 'birth', 'identification'),
  name: 'start',
};

export const wait: Shape<Wait> = object(
  'wait',
  { length: whole, unit: oneOf('day', 'month'), first: oneOf('payDay', 'nextDay') },
  { window: oneOf('anniversary', 'matchingDay', 'calendarMonths', 'followingMonths') },
);
