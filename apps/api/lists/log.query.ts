import { eventTypes, streamKinds } from '../../../events';
import { ListOf, OneOf, Optional, Position, Whole } from '../http/query-fields';

/** Which part of the log is read. */
export class LogQuery {
  /** The first position to give; left out: the log's beginning. */
  @Optional()
  @Position()
  from?: string;

  /** How many events at most; left out: 500. */
  @Optional()
  @Whole(1, 1000)
  limit?: string;

  /** Only these types. */
  @Optional()
  @ListOf(eventTypes)
  type?: string[];

  /** Only streams of this kind. */
  @Optional()
  @OneOf(streamKinds)
  stream?: string;

  /** Wait until the log has come to this position. */
  @Optional()
  @Position()
  atLeast?: string;
}
