import { eventTypes } from '../../../events';
import { answerParts } from '../../../libs/feeds';
import { ListOf, OneOf, Optional, RegionCode, Whole } from '../http/query-fields';
import { FeedPlace } from './fields';

/** Which part of a feed is read, and in which form. */
export class FeedQuery {
  /** After this place; `now` is the end. */
  @Optional()
  @FeedPlace()
  from?: string;

  @Optional()
  @RegionCode()
  region?: string;

  /** Types of the events behind the items. */
  @Optional()
  @ListOf(eventTypes)
  type?: string[];

  @Optional()
  @OneOf(['json'])
  format?: string;

  /** How many items at most. */
  @Optional()
  @Whole(1, 1000)
  limit?: string;
}

export class AnswersFeedQuery extends FeedQuery {
  /** Parts of the answer, one of which changed. */
  @Optional()
  @ListOf(answerParts)
  part?: string[];
}
