export { averageNames, averageWage, type AverageWage } from './average-wage';
export { basesOn } from './bases';
