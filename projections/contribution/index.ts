export { consecutiveMonths, type RunQuestion } from './insured-months';
