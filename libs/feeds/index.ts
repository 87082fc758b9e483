export { Feeds, INDEX_FILE, PlaceBeyondLog, type FeedsOptions } from './feed';
export type { Page } from './derivation';
export {
  ANSWER_CHANGED,
  EVENT_RECORDED,
  REGION_CHANGED,
  answerParts,
  feedNames,
  type AnswerChanged,
  type CauseOfItem,
  type ChangedPart,
  type CloudEvent,
  type EventRecorded,
  type FeedName,
  type Filter,
  type Item,
  type RegionChanged,
} from './item';
export { BEGINNING, parsePlace, placeText, type Place } from './place';
