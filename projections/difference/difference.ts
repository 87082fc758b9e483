import { type Answer } from '../answer';
import { causesBetween, type Cause } from './causes';
import { changesBetween, figuresIn, hasHappened, partOf, parts, sameFigures, type Change } from './figures';
import { minimal } from './minimal';
import { answerTo, type Side } from './side';
import { Trial, type Said, type Tried } from './trial';

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

/**
 * Answers that are tried for one difference at most. Some three a cause are needed, so this bounds only what nobody asks:
 * thousands of causes, or hundreds that each undo what others do.
 */
const TRIALS = 10_000;

/**
 * Each changed span and figure of the two answers with its causes. What may be a cause is whatever the sides do not share;
 * what is one is found by answering without it (delta debugging), so causes that only work together are found together.
 * `trials` bounds the answers that are tried.
 */
export function difference(from: Side, to: Side, answers?: { from: Answer; to: Answer }, trials = TRIALS): Difference {
  const before = saidIn(answers?.from ?? answerTo(from));
  const after = saidIn(answers?.to ?? answerTo(to));
  const candidates = causesBetween(from, to);
  const changed = allChanges(before, after);
  if (changed.length === 0) return { changes: [], causes: [], steps: [], withoutEffect: candidates.length };
  const trial = new Trial(from, to, candidates, before, after, trials);
  // What is tried first is left out first, so of two causes that would each do, the earlier one is named.
  const latestFirst = [...candidates.keys()].reverse();
  const chosen = minimal(latestFirst, (set) => trial.reaches(set)).reverse();
  const sifted = new Sifted(trial, chosen);
  return {
    changes: changed.map((change) => ({ ...spoken(change), causes: sifted.causesOf(change) })),
    causes: chosen.map((candidate) => candidates[candidate]!),
    steps: trial.exhausted ? [] : sifted.steps,
    withoutEffect: candidates.length - chosen.length,
    ...(trial.exhausted ? { unsifted: true } : {}),
  };
}

/** The causes, of which none can be left out, and what they do one at a time. */
class Sifted {
  readonly steps: Step[];
  /** The answers with the causes up to each of them, and with all but each of them. */
  private readonly upTo: readonly (Tried | undefined)[];
  private readonly without: readonly (Tried | undefined)[];

  constructor(
    private readonly trial: Trial,
    private readonly chosen: readonly number[],
  ) {
    this.upTo = chosen.map((_, index) => trial.of(chosen.slice(0, index + 1)));
    this.without = chosen.map((_, index) => trial.of(chosen.filter((_one, other) => other !== index)));
    this.steps = this.stepsThrough();
  }

  /** Which of them make a change, by their places; none of those can be left out. */
  causesOf(change: Change): number[] {
    const part = partOf(change);
    const saysSo = (one: Tried | undefined) => one !== undefined && hasHappened(change, one.says(part));
    const made = (places: readonly number[]) => saysSo(this.trial.of(places.map((place) => this.chosen[place]!)));
    const latestFirst = (places: readonly number[]) => [...places].sort((a, b) => b - a);
    const all = [...this.chosen.keys()];

    // Most changes are made by the causes at whose steps the same figure or list changed.
    const near = all.filter((place) => this.steps[place]?.changes.some(({ at }) => at === change.at));
    const suspects = near.length < all.length && made(near) ? near : all;
    if (suspects.length <= FEW) return minimal(latestFirst(suspects), made, 1).reverse();
    // Of many, those are needed without which it does not happen; and where others stand in for each other, the one at whose step it did.
    const needed = suspects.filter((place) => !saysSo(this.without[place]));
    const last = this.upTo.findIndex(saysSo);
    for (const enough of last < 0 ? [needed] : [needed, [...new Set([...needed, last])]]) {
      if (made(enough)) return minimal(latestFirst(enough), made, 1).reverse();
    }
    return minimal(latestFirst(suspects), made).reverse();
  }

  private stepsThrough(): Step[] {
    const steps: Step[] = [];
    let before = this.trial.of([])!.all();
    for (const [cause, one] of this.upTo.entries()) {
      if (!one) return [];
      const after = one.all();
      steps.push({ cause, changes: allChanges(before, after).map(spoken) });
      before = after;
    }
    return steps;
  }
}

/** So few are tried one by one at once. */
const FEW = 4;

function saidIn(answer: Answer): Said {
  return new Map(parts.map((part) => [part, figuresIn(part, answer[part])]));
}

function allChanges(before: Said, after: Said): Change[] {
  return parts.flatMap((part) => {
    const [was, is] = [before.get(part)!, after.get(part)!];
    return sameFigures(was, is) ? [] : changesBetween(was, is);
  });
}

function spoken({ keys: _keys, ...change }: Change): Omit<Change, 'keys'> {
  return change;
}
