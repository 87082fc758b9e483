export type { Difference } from './auditing';
export { NothingToVerify, verify, type Verified, type VerifyOptions } from './auditing/verify';
export { nameOf, openReadModel, readModelLocation, type ReadModel } from './database';
export { unknownCodes } from './folding';
export {
  Projector,
  listParked,
  registerProjectorMetrics,
  unpark,
  parseShard,
  shardName,
  type ProjectorOptions,
  type ProjectorState,
  type ProjectorStatus,
  type ParkedPerson,
  type Unparked,
  type Shard,
} from './following';
export {
  RebuildStopped,
  RebuildUnderway,
  rebuild,
  type Differing,
  type RebuildOptions,
  type RebuildProgress,
  type Rebuilt,
} from './rebuilding';
export type { ReadModelTables } from './schema';
export { TablesPosition, type HowFar } from './tables-position';
