import { AnswerParts } from '../answer';
import { FOREVER, groundsFrom, type KnownStreams } from '../grounds';
import { historyAt, historyOf, type Fact, type History } from '../history';
import { Inquiry, type Grounds } from '../inquiry';
import type { LedgerEvent } from '../../events';
import type { Policies } from '../../libs/policy/evaluation';
import type { Cause } from './causes';
import { figuresIn, parts, sameFigures, type Figures, type Part } from './figures';
import { applyToPolicies, applyToQuestion, type Side } from './side';

/** What an answer says, part by part. */
export type Said = ReadonlyMap<Part, Figures>;

/** Histories and answers in the making that are kept at a time; without a bound a long life would take hundreds of megabytes. */
const KEPT = 256;

/**
 * Answers between two sides: the first with some of what distinguishes it from the second. Each is worked out once, and
 * only those parts of it that are looked at.
 */
export class Trial {
  /** Whether some answer could not be tried any more. */
  exhausted = false;
  private readonly tried = new Map<string, Tried>();
  private readonly inTheMaking = new Map<string, Making>();
  private readonly shared = new Map<string, LedgerEvent[]>();
  private readonly varying = new Map<string, { event: LedgerEvent; candidate: number; added: boolean }[]>();
  private readonly facts = new Map<LedgerEvent, Fact>();
  private readonly histories = new Map<string, History>();
  private readonly policies = new Map<string, Policies>();
  /** The parts in which the sides differ, without what stays open. */
  readonly changed: readonly Part[];
  /** The parts in which a try is likely to differ, or is found to soonest, come first. */
  private readonly telling: Part[];

  constructor(
    private readonly from: Side,
    private readonly to: Side,
    private readonly candidates: readonly Cause[],
    private readonly before: Said,
    private readonly after: Said,
    private left: number,
  ) {
    const none: number[] = [];
    const all = [...candidates.keys()];
    this.tried.set(this.keyOf(none), new Tried(this, () => new Making(this.grounds(none)), before));
    this.tried.set(this.keyOf(all), new Tried(this, () => new Making(this.grounds(all)), after));
    const place = new Map(
      candidates.flatMap((cause, index) => ('event' in cause ? [[cause.event, index] as const] : [])),
    );
    const sort = (events: readonly LedgerEvent[], added: boolean) => {
      for (const event of events) {
        const candidate = place.get(event.id);
        if (candidate !== undefined) push(this.varying, event.stream, { event, candidate, added });
        else if (!added) push(this.shared, event.stream, event);
      }
    };
    sort(from.events, false);
    sort(to.events, true);
    this.changed = parts.filter((part) => part !== OPEN && !sameFigures(before.get(part)!, after.get(part)!));
    this.telling = [...new Set([...QUICK.filter((part) => this.changed.includes(part)), ...this.changed, ...parts])];
    this.telling.push(...this.telling.splice(this.telling.indexOf(OPEN), 1));
  }

  /** The answer with these candidates applied; undefined where no more may be tried. */
  of(applied: readonly number[]): Tried | undefined {
    const key = this.keyOf(applied);
    let one = this.tried.get(key);
    if (!one) {
      if (this.left === 0) {
        this.exhausted = true;
        return undefined;
      }
      this.left--;
      this.tried.set(key, (one = new Tried(this, () => this.making(key, applied))));
    }
    return one;
  }

  /** Whether the first side says what the second says with these candidates applied; untried, it is taken not to. */
  reaches(applied: readonly number[]): boolean {
    const one = this.of(applied);
    if (!one) return false;
    for (const [index, part] of this.telling.entries()) {
      if (sameFigures(one.says(part), this.after.get(part)!)) continue;
      // What told the last one apart will likely tell the next one apart.
      if (part !== OPEN) this.telling.unshift(...this.telling.splice(index, 1));
      return false;
    }
    return true;
  }

  /** The figures that are there already where they say the same: most parts change in no try. */
  known(part: Part, figures: Figures): Figures {
    for (const side of [this.before.get(part)!, this.after.get(part)!]) if (sameFigures(side, figures)) return side;
    return figures;
  }

  private making(key: string, applied: readonly number[]): Making {
    return kept(this.inTheMaking, key, () => new Making(this.grounds(applied)));
  }

  private grounds(applied: readonly number[]): Grounds {
    const causes = applied.map((candidate) => this.candidates[candidate]!);
    const question = applyToQuestion(this.from.question, this.to.question, causes);
    return groundsFrom(question, this.streams(new Set(applied)), this.policiesFor(causes));
  }

  private streams(applied: ReadonlySet<number>): KnownStreams {
    return (...streams) => {
      const key = streams
        .map((stream) => {
          const here = (this.varying.get(stream) ?? []).filter(({ candidate }) => applied.has(candidate));
          return `${stream} ${this.keyOf(here.map(({ candidate }) => candidate))}`;
        })
        .join('\n');
      return kept(this.histories, key, () => this.history(streams, applied));
    };
  }

  private history(streams: readonly string[], applied: ReadonlySet<number>): History {
    const events = streams.flatMap((stream) => this.events(stream, applied));
    if (events.some(({ type }) => type === 'Corrected' || type === 'Voided')) return historyAt(events, FOREVER);
    // What nothing amends is a fact as it stands, in whichever history.
    return historyOf(
      events.map((event) => this.factOf(event)),
      0n,
    );
  }

  private factOf(event: LedgerEvent): Fact {
    let fact = this.facts.get(event);
    if (!fact) this.facts.set(event, (fact = historyAt([event], FOREVER).facts[0]!));
    return fact;
  }

  private events(stream: string, applied: ReadonlySet<number>): LedgerEvent[] {
    const known = this.shared.get(stream) ?? [];
    const varying = this.varying.get(stream);
    if (!varying) return known;
    return [
      ...known,
      ...varying.flatMap(({ event, candidate, added }) => (applied.has(candidate) === added ? [event] : [])),
    ];
  }

  private policiesFor(causes: readonly Cause[]): Policies {
    const key = causes
      .flatMap((cause) => (cause.kind === 'pack' ? [cause.region] : []))
      .sort()
      .join();
    return kept(this.policies, key, () => applyToPolicies(this.from.policies, this.to.policies, causes));
  }

  /** One short text for a set of candidates, in whatever order. */
  private keyOf(applied: readonly number[]): string {
    const bits = new Uint16Array(Math.ceil(this.candidates.length / 16));
    for (const candidate of applied) bits[candidate >> 4]! |= 1 << (candidate & 15);
    return String.fromCharCode(...bits);
  }
}

/** One answer between the sides, as far as it was looked at. */
export class Tried {
  private readonly figures: Map<Part, Figures>;

  constructor(
    private readonly trial: Trial,
    private readonly making: () => Making,
    known: Said = new Map(),
  ) {
    this.figures = new Map(known);
  }

  says(part: Part): Figures {
    const known = this.figures.get(part);
    if (known) return known;
    const making = this.making();
    // An answer that was begun and let go is not begun a third time: all that changes is worked out.
    const wanted = this.figures.size > 0 && !making.begun ? [part, ...this.trial.changed] : [part];
    for (const one of wanted) {
      if (!this.figures.has(one)) this.figures.set(one, this.trial.known(one, figuresIn(one, making.said(one))));
    }
    return this.figures.get(part)!;
  }

  /** What is said of every part. */
  all(): Said {
    // What stays open first: it takes the whole answer, and leaves the parts.
    this.says(OPEN);
    for (const part of parts) this.says(part);
    return this.figures;
  }
}

/** What stays open is known only of a whole answer. */
const OPEN: Part = 'undetermined';

/** Parts that take no timeline, so that a try which differs in them costs little. */
const QUICK: readonly Part[] = ['contribution', 'bases', 'lateFees', 'backPayments', 'aid'];

/** An answer of which some parts are worked out, without reasons. */
class Making {
  private parts: AnswerParts | undefined;
  private whole: AnswerParts | undefined;

  constructor(private readonly grounds: Grounds) {}

  get begun(): boolean {
    return this.parts !== undefined;
  }

  said(part: Part): unknown {
    if (part === 'region') return this.grounds.question.region;
    if (part === 'undetermined') return this.inOrder().inquiry.trace().undetermined;
    this.parts ??= this.fresh();
    return this.parts.get(part);
  }

  /** Worked out from the beginning in order: of two parts that leave the same open, the later one says why. */
  private inOrder(): AnswerParts {
    if (!this.whole) {
      this.parts = this.whole = this.fresh();
      this.whole.all();
    }
    return this.whole;
  }

  private fresh(): AnswerParts {
    return new AnswerParts(new Inquiry(this.grounds, false));
  }
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    if (map.size >= KEPT) map.clear();
    map.set(key, (value = make()));
  }
  return value;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
