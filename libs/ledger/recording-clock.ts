import { toInstant, type Instant } from '../calendar';

/** Milliseconds since 1970-01-01 UTC, as `Date.now` gives them. */
export type Clock = () => number;

/** Says when something is learned: never earlier than it said before, whatever the machine's clock does. */
export class RecordingClock {
  private last = 0;
  private written: { at: number; instant: Instant } | undefined;

  constructor(private readonly clock: Clock) {}

  now(): Instant {
    this.last = Math.max(this.last, this.clock());
    // An import asks many times a millisecond.
    if (this.written?.at !== this.last) this.written = { at: this.last, instant: instantOf(this.last) };
    return this.written.instant;
  }

  /** An instant for something recorded after `earlier`: now, or the next millisecond where the clock has not moved past it. */
  after(earlier: Instant | undefined): Instant {
    const now = this.now();
    if (earlier === undefined || now > earlier) return now;
    this.last = Date.parse(earlier) + 1;
    return instantOf(this.last);
  }
}

/** The ledger's form of an instant given in milliseconds. */
export function instantOf(milliseconds: number): Instant {
  const inChina = new Date(milliseconds + EIGHT_HOURS_MS).toISOString();
  // A year of more digits has another form.
  if (inChina.length === 24) return `${inChina.slice(0, -1)}+08:00`;
  return toInstant(new Date(milliseconds).toISOString())!;
}

const EIGHT_HOURS_MS = 8 * 3_600_000;
