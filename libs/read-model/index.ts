export { nameOf, openReadModel, readModelLocation, type ReadModel } from './database';
export {
  Projector,
  parseShard,
  shardName,
  type ProjectorOptions,
  type ProjectorState,
  type ProjectorStatus,
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
