export { BatchProjection } from './batch';
export { allCheckpoints, fingerprintOf, type Checkpoint } from './checkpoint';
export { Lease, REBUILD } from './lease';
export { registerProjectorMetrics } from './metrics';
export { listParked, unpark, type ParkedPerson, type Unparked } from './parked';
export { Projector, type ProjectorOptions, type ProjectorState, type ProjectorStatus } from './projector';
export { WHOLE, parseShard, shardName, type Shard } from './shard';
export { loadMerges } from './state';
