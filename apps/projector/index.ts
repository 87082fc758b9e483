export { readiness } from './health-server';
export { openLog } from './log';
export { registerPulseMetrics } from './metrics';
export { isWell, troubleWords, type Pulse, type PulseState } from './pulse';
