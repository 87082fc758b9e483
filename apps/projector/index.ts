export { readiness } from './health-server';
export { registerPulseMetrics } from './metrics';
export { isWell, troubleWords, type Pulse, type PulseState } from './pulse';
