export { counted } from './figures';
export { NoPack, packIn, policiesWith, policiesWithPack } from './replaced-pack';
export { changeOf, simulate, type SimulationResult } from './simulate';
