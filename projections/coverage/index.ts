export { lastPaidMonth, timelineOf } from './build';
export type {
  Break,
  CoveredDays,
  OpenDays,
  PausedDays,
  PendingDays,
  RelationRecord,
  RelationStatus,
  Timeline,
  WaitingWindow,
  Waiver,
} from './timeline';
