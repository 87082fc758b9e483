export { openLog } from './log';
export { registerPulseMetrics } from './metrics';
export { isWell, troubleWords, type Pulse } from './pulse';
