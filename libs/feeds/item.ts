import type { Day } from '../calendar';
import { covers } from '../access';
import type { Answer } from '../../projections/answer';
import { placeText, type Place } from './place';

/** A CloudEvent 1.0 in its JSON form. */
export interface CloudEvent<Type extends string = string, Data = unknown> {
  specversion: '1.0';
  /** Unique within the source; the same whenever it is asked for. */
  id: string;
  source: string;
  type: Type;
  subject: string;
  /** When the ledger learned of the cause. */
  time: string;
  datacontenttype: 'application/json';
  data: Data;
}

/** The event behind an item. */
export interface CauseOfItem {
  event: string;
  type: string;
  stream: string;
  effectiveOn: Day;
  recordedAt: string;
  /** Place in the log, a text of digits. */
  position: string;
}

/** A span or figure of the answer that reads otherwise than before. */
export interface ChangedPart {
  /** A path such as `contribution.total`, or the list that an item stands in, such as `coverage`. */
  at: string;
  /** Absent where it is new. */
  from?: unknown;
  /** Absent where it is gone. */
  to?: unknown;
}

/** What an event changed in what the ledger answers about a person. */
export type AnswerChanged = CloudEvent<
  typeof ANSWER_CHANGED,
  {
    person: string;
    /** Whose rules were asked, as the person's relation says after the event. */
    region: string;
    /** Both answers are about this day: the one on which the event was recorded. */
    validOn: Day;
    cause: CauseOfItem;
    changes: ChangedPart[];
  }
>;

/** An event in a region's stream; the items of the persons whose answers it changed follow. */
export type RegionChanged = CloudEvent<typeof REGION_CHANGED, { region: string; cause: CauseOfItem; data: unknown }>;

/** An event as it was recorded: the envelope of the contract. */
export type EventRecorded = CloudEvent<typeof EVENT_RECORDED, object>;

export const ANSWER_CHANGED = 'cn.enrollment-ledger.answer.changed.v1';
export const REGION_CHANGED = 'cn.enrollment-ledger.region.changed.v1';
export const EVENT_RECORDED = 'cn.enrollment-ledger.event.recorded.v1';

export const feedNames = ['answers', 'events'] as const;
/** `answers`: what changed in answers · `events`: what was recorded. */
export type FeedName = (typeof feedNames)[number];

/** The parts of an answer that an item may say to have changed. */
export const answerParts = [
  'region',
  'registrations',
  'payment',
  'benefit',
  'place',
  'waitingPeriods',
  'waived',
  'coverage',
  'interruptions',
  'contribution',
  'retirement',
  'refunds',
  'backPayments',
  'lateFees',
  'bases',
  'duplicates',
  'stays',
  'aid',
  'premiumsDue',
  'undetermined',
] as const satisfies readonly (keyof Answer)[];

/** An item of a feed on its way to readers. */
export interface Item {
  place: Place;
  id: string;
  /** The CloudEvent as it is sent: one line of JSON. */
  text: string;
  /** Items of one lane are for receivers to take in order: a stream's name. */
  lane: string;
  /** The type of the event behind it. */
  cause: string;
  /** To which regions whom it is about belongs, by what was recorded up to then. */
  regions: readonly string[];
  /** The parts of the answer that changed, such as `coverage`; of other items none. */
  parts: readonly string[];
}

/** Makes an item of what it says; its id is its place. */
export function itemOf(
  feed: FeedName,
  place: Place,
  said: Pick<CloudEvent, 'type' | 'subject' | 'time' | 'data'>,
  about: Pick<Item, 'lane' | 'cause' | 'regions' | 'parts'>,
): Item {
  const id = placeText(place);
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source: `urn:enrollment-ledger:feed:${feed}`,
    type: said.type,
    subject: said.subject,
    time: said.time,
    datacontenttype: 'application/json',
    data: said.data,
  };
  return { place, id, text: JSON.stringify(event), ...about };
}

/** Which items a reader wants; what is left out lets all through. */
export interface Filter {
  /** Of whom one of his regions lies in one of these; the items of regions above them too. */
  regions?: readonly string[];
  /** Types of the events behind them. */
  types?: readonly string[];
  /** Parts of the answer, one of which changed. */
  parts?: readonly string[];
}

/** Whether the filter lets the item through. */
export function lets({ regions, types, parts }: Filter, item: Item): boolean {
  if (types !== undefined && !types.includes(item.cause)) return false;
  if (parts !== undefined && !item.parts.some((part) => parts.includes(part))) return false;
  if (regions === undefined) return true;
  const ofRegion = item.lane.startsWith('region-');
  return regions.some((wanted) =>
    item.regions.some((region) => covers(wanted, region) || (ofRegion && covers(region, wanted))),
  );
}
