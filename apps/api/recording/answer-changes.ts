import type { Answer } from '../../../projections/answer';

/** A part of an answer that something changes. */
export interface AnswerChange {
  part: string;
  /** Null where there was no answer. */
  before: unknown;
  after: unknown;
}

/** Parts that say what was asked rather than what holds. */
const ASKED = new Set<string>(['person', 'validOn', 'knownAt', 'position']);

/** The parts of the answer that differ; all of them where there was none before. */
export function answerChanges(before: Answer | undefined, after: Answer | undefined): AnswerChange[] {
  if (!after) return [];
  return (Object.keys({ ...before, ...after }) as (keyof Answer)[])
    .filter((part) => !ASKED.has(part) && JSON.stringify(before?.[part]) !== JSON.stringify(after[part]))
    .map((part) => ({ part, before: before?.[part] ?? null, after: after[part] ?? null }));
}
