import { answer, type Answer } from '../answer';
import { FOREVER, groundsFrom, type KnownStreams } from '../grounds';
import { historyAt, type History } from '../history';
import type { LedgerEvent } from '../../events';
import type { Policies } from '../../libs/policy/evaluation';
import { causesBetween, type Cause } from './causes';
import { changesBetween, figuresOf, hasHappened, sameFigures, type Change, type Figures } from './figures';
import { minimal } from './minimal';
import { answerTo, applyToPolicies, applyToQuestion, type Side } from './side';

/** A changed span or figure with what made it: places in the list of causes, none of which can be left out. */
export interface Attributed {
  at: string;
  from?: unknown;
  to?: unknown;
  causes: number[];
}

/** What changes when one more cause is applied, on top of those before it. */
export interface Step {
  cause: number;
  changes: { at: string; from?: unknown; to?: unknown }[];
}

/** Why two answers differ. */
export interface Difference {
  changes: Attributed[];
  /** Together they turn the first answer into the second; without any one of them they do not. */
  causes: Cause[];
  /** The causes applied one at a time, in their order; the last step ends at the second answer. */
  steps: Step[];
  /** How many other things differ between the bases and change nothing here. */
  withoutEffect: number;
  /** Only where the bases differ in too much to try it all: the causes are complete, but some may not be needed, and no steps are given. */
  unsifted?: true;
}

/** Answers that are tried for one difference at most: a second or two of a person with hundreds of events. */
const TRIALS = 800;

/**
 * Each changed span and figure of the two answers with its causes. What may be a cause is whatever the sides do not share;
 * what is one is found by answering without it (delta debugging), so causes that only work together are found together.
 * `trials` bounds the answers that are tried.
 */
export function difference(from: Side, to: Side, answers?: { from: Answer; to: Answer }, trials = TRIALS): Difference {
  const before = figuresOf(answers?.from ?? answerTo(from));
  const after = figuresOf(answers?.to ?? answerTo(to));
  const candidates = causesBetween(from, to);
  if (sameFigures(before, after)) {
    return { changes: [], causes: [], steps: [], withoutEffect: candidates.length };
  }
  const trial = new Trial(from, to, candidates, before, after, trials);
  const all = candidates.map((_, index) => index);
  // What is tried first is left out first, so of two causes that would each do, the earlier one is named.
  const chosen = minimal([...all].reverse(), (set) => trial.holds(set, (figures) => sameFigures(figures, after))).sort(
    (a, b) => a - b,
  );
  const steps = stepsThrough(chosen, trial);
  const place = new Map(chosen.map((candidate, index) => [candidate, index]));
  const changes = changesBetween(before, after).map((change): Attributed => {
    const happened = (set: readonly number[]) => trial.holds(set, (figures) => hasHappened(change, figures));
    // Most changes are made by the causes at whose steps the same figure or list changed; where they do not suffice, by any.
    const near = chosen.filter((_, index) => steps[index]?.changes.some(({ at }) => at === change.at));
    const suspects = near.length < chosen.length && happened(near) ? near : chosen;
    const made = minimal([...suspects].reverse(), happened);
    return { ...spoken(change), causes: made.map((candidate) => place.get(candidate)!).sort((a, b) => a - b) };
  });
  return {
    changes,
    causes: chosen.map((candidate) => candidates[candidate]!),
    steps: trial.exhausted ? [] : steps,
    withoutEffect: candidates.length - chosen.length,
    ...(trial.exhausted ? { unsifted: true } : {}),
  };
}

function stepsThrough(chosen: readonly number[], trial: Trial): Step[] {
  const steps: Step[] = [];
  let before = trial.figures([]);
  for (const index of chosen.keys()) {
    const figures = trial.figures(chosen.slice(0, index + 1));
    if (!before || !figures) return [];
    steps.push({ cause: index, changes: changesBetween(before, figures).map(spoken) });
    before = figures;
  }
  return steps;
}

function spoken({ keys: _keys, ...change }: Change): Omit<Change, 'keys'> {
  return change;
}

/** Answers between the two sides, each asked once. */
class Trial {
  private readonly asked = new Map<string, Figures>();
  private readonly shared = new Map<string, LedgerEvent[]>();
  private readonly varying = new Map<string, { event: LedgerEvent; candidate: number; added: boolean }[]>();
  private readonly histories = new Map<string, History>();
  private readonly policies = new Map<string, Policies>();

  constructor(
    private readonly from: Side,
    private readonly to: Side,
    private readonly candidates: readonly Cause[],
    before: Figures,
    after: Figures,
    private left: number,
  ) {
    this.asked.set('', before);
    this.asked.set(candidates.map((_, index) => index).join(), after);
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
  }

  /** Whether some answer could not be tried any more. */
  exhausted = false;

  /** Whether what is looked for holds of the first side with these candidates applied; untried, it is taken not to. */
  holds(applied: readonly number[], looked: (figures: Figures) => boolean): boolean {
    const figures = this.figures(applied);
    return figures !== undefined && looked(figures);
  }

  /** What the first side says with these candidates applied; undefined where no more may be tried. */
  figures(applied: readonly number[]): Figures | undefined {
    const key = [...applied].sort((a, b) => a - b).join();
    let figures = this.asked.get(key);
    if (!figures) {
      if (this.left === 0) {
        this.exhausted = true;
        return undefined;
      }
      this.left--;
      const set = new Set(applied);
      const causes = applied.map((candidate) => this.candidates[candidate]!);
      const question = applyToQuestion(this.from.question, this.to.question, causes);
      figures = figuresOf(answer(groundsFrom(question, this.known(set), this.policiesFor(causes))));
      this.asked.set(key, figures);
    }
    return figures;
  }

  private known(applied: ReadonlySet<number>): KnownStreams {
    return (...streams) => {
      const key = streams
        .map((stream) => {
          const here = (this.varying.get(stream) ?? []).filter(({ candidate }) => applied.has(candidate));
          return `${stream} ${here.map(({ candidate }) => candidate).join()}`;
        })
        .join('\n');
      let history = this.histories.get(key);
      if (!history) {
        history = historyAt(
          streams.flatMap((stream) => this.events(stream, applied)),
          FOREVER,
        );
        this.histories.set(key, history);
      }
      return history;
    };
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
    let policies = this.policies.get(key);
    if (!policies) {
      policies = applyToPolicies(this.from.policies, this.to.policies, causes);
      this.policies.set(key, policies);
    }
    return policies;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
