export { counted } from './figures';
export { NoPack, policiesWith } from './replaced-pack';
export { changeOf, simulate, type SimulationResult } from './simulate';
