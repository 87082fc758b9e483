export type { Differing } from './compare';
export {
  RebuildStopped,
  RebuildUnderway,
  rebuild,
  type RebuildOptions,
  type RebuildProgress,
  type Rebuilt,
} from './rebuild';
