export { counted, type Counted } from './figures';
export { NoPack, policiesWith } from './replaced-pack';
export { changeOf, simulate, type Affected, type CauseSummary, type SimulationResult } from './simulate';
