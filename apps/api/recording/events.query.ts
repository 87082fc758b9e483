import { Optional, Position, Whole } from '../http/query-fields';

/** Which part of a stream is read. */
export class EventsQuery {
  /** The first revision to give; left out: the stream's beginning. */
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  from?: string;

  /** How many events at most. */
  @Optional()
  @Whole(1, 1000)
  limit?: string;

  /** Wait until the log has come to this position, so that what was just written is read. */
  @Optional()
  @Position()
  atLeast?: string;
}
