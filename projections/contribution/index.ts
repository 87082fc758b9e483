export { RunningTally, contributionOn, tallyOn, yearSums } from './contribution';
export { countableMonths, type CountableMonths } from './countable-months';
export { consecutiveMonths, enrolledDays } from './insured-months';
export { MonthTally, byStrength, type CountedMonths, type MonthKind } from './month-tally';
