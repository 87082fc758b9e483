export { dueDayOf } from './due-day';
export { lateFeesOn } from './late-fees';
