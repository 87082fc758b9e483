export { openLog } from './log';
export { registerPulseMetrics } from './metrics';
export { isWell, toldOf, troubleWords, type Pulse } from './pulse';
