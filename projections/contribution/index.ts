export { contributionOn, sums, tallyOn, type ContributionSums } from './contribution';
export { countableMonths, type CountableMonths } from './countable-months';
export { consecutiveMonths } from './insured-months';
export { MonthTally, type CountedMonths, type MonthKind } from './month-tally';
