export { averageNames, averageWage } from './average-wage';
export { basesOn } from './bases';
