import { answerParts, feedNames, ANSWER_CHANGED, EVENT_RECORDED, REGION_CHANGED } from '../../../libs/feeds';
import { eventTypes } from '../../../events';
import {
  anything,
  day,
  flag,
  instant,
  list,
  one,
  position,
  record,
  ref,
  region,
  text,
  whole,
  type Schema,
} from '../openapi/schema';

const place: Schema = {
  ...text,
  description: 'A place in the feed: a position, or an id of the feed',
  example: '1024',
};
const orNull = (items: Schema, description: string): Schema => ({ type: ['array', 'null'], items, description });

/** A CloudEvent of one type. */
const item = (feed: string, type: string, data: Schema, description: string): Schema =>
  record(
    {
      specversion: { ...text, const: '1.0' },
      id: { ...place, description: 'The place of the item in the feed; the same whenever it is asked for' },
      source: { ...text, const: `urn:enrollment-ledger:feed:${feed}` },
      type: { ...text, const: type },
      subject: text,
      time: { ...instant, description: 'When the ledger learned of it' },
      datacontenttype: { ...text, const: 'application/json' },
      data,
    },
    [],
    description,
  );
const page = (items: Schema): Schema =>
  record({
    items: list(items),
    next: { ...place, description: 'The place to give as `from` of the next request, also at the end' },
    more: { ...flag, description: 'There is more to look through at once' },
  });
const webhook = {
  id: { ...text, format: 'uuid' },
  url: text,
  feed: one(feedNames),
  regions: orNull(region, 'Null: all'),
  types: orNull(one(eventTypes), 'Null: all'),
  parts: orNull(one(answerParts), 'Null: all'),
  state: one(['unverified', 'active', 'paused']),
  reason: {
    ...text,
    description:
      'Why the ledger paused it: gone (the receiver said so), failing (for days), beyondLog (the log ends before its place; replay it)',
  },
  place: { ...place, description: 'Everything up to here was taken from the feed' },
  createdAt: instant,
  createdBy: text,
  delivered: whole,
  deliveredAt: instant,
  failedAt: instant,
  failure: { ...text, description: 'What became of the last attempt that failed: a status, or why there was none' },
  oldSecretUntil: instant,
  waiting: whole,
  parked: whole,
};

/** The schemas of feeds and webhooks. */
export const feedSchemas: Record<string, Schema> = {
  AnswerFeedPage: page({ oneOf: [ref('AnswerChangedItem'), ref('RegionChangedItem')] }),
  EventFeedPage: page(ref('EventRecordedItem')),
  AnswerChangedItem: item(
    'answers',
    ANSWER_CHANGED,
    record({
      person: text,
      region,
      validOn: { ...day, description: 'Both answers are about this day, on which the event was recorded' },
      cause: ref('CauseOfItem'),
      changes: list(ref('ChangedPart')),
    }),
    'What an event changed in what is answered about a person',
  ),
  RegionChangedItem: item(
    'answers',
    REGION_CHANGED,
    record({ region, cause: ref('CauseOfItem'), data: anything }),
    'An event of a region; the items of everyone whose answer it changed follow',
  ),
  EventRecordedItem: item('events', EVENT_RECORDED, anything, 'An event as it was recorded'),
  CauseOfItem: record({ event: text, type: text, stream: text, effectiveOn: text, recordedAt: instant, position }),
  ChangedPart: record(
    {
      at: {
        ...text,
        description: 'A figure such as contribution.total, or a list such as coverage',
        example: 'coverage',
      },
      from: { description: 'Absent where it is new' },
      to: { description: 'Absent where it is gone' },
    },
    ['from', 'to'],
    'A span or figure that reads otherwise than before',
  ),
  Webhook: record(webhook, ['reason', 'deliveredAt', 'failedAt', 'failure', 'oldSecretUntil']),
  WebhookList: record({ webhooks: list(ref('Webhook')) }),
  NewWebhook: record(
    {
      webhook: ref('Webhook'),
      secret: {
        ...text,
        description:
          'Signs the messages; told for the only time, and left out where it was rotated since the request came first',
      },
      verification: ref('WebhookVerification'),
    },
    ['secret'],
  ),
  WebhookVerification: record(
    { verified: flag, reason: { ...text, description: 'What kept the receiver from being verified' } },
    ['reason'],
  ),
  WebhookSecret: record({ secret: text, oldSecretUntil: instant }),
  ParkedMessageList: record({
    messages: list(
      record({
        number: whole,
        item: place,
        stream: text,
        attempts: whole,
        failure: text,
        failedAt: instant,
        behind: whole,
      }),
    ),
    next: { type: ['string', 'null'], description: 'Where the next page is; null at the end' },
  }),
  RetriedMessages: record({ messages: whole }),
};
