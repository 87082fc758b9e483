/** A closed span of day numbers or month numbers, both ends included; `through` is `OPEN` where no end is known. */
export interface Span {
  from: number;
  through: number;
}

/** Later than every day and month that can be written; stands for "no end known". */
export const OPEN = Number.MAX_SAFE_INTEGER;

export function contains(span: Span, point: number): boolean {
  return span.from <= point && point <= span.through;
}

export function overlaps(a: Span, b: Span): boolean {
  return a.from <= b.through && b.from <= a.through;
}

/** What two spans share, or undefined. */
export function intersect(a: Span, b: Span): Span | undefined {
  const from = Math.max(a.from, b.from);
  const through = Math.min(a.through, b.through);
  return from <= through ? { from, through } : undefined;
}

/** What is left of a span after taking others away, in order. */
export function subtract<T extends Span>(span: T, others: readonly Span[]): T[] {
  let left: T[] = [span];
  for (const other of others) {
    if (left.length === 0) break;
    const next: T[] = [];
    for (const part of left) {
      if (!overlaps(part, other)) {
        next.push(part);
        continue;
      }
      if (part.from < other.from) next.push({ ...part, through: other.from - 1 });
      if (part.through > other.through) next.push({ ...part, from: other.through + 1 });
    }
    left = next;
  }
  return left;
}

/** Spans in order, those that touch or overlap joined into one. */
export function union(spans: readonly Span[]): Span[] {
  return mergeTouching(spans, () => true);
}

/** Spans in order, neighbours joined where they touch or overlap and agree; spans that disagree must not overlap. */
export function mergeTouching<T extends Span>(spans: readonly T[], agree: (a: T, b: T) => boolean): T[] {
  const merged: T[] = [];
  /** The last of them is a copy, which may grow. */
  let own = false;
  for (const span of areInOrder(spans) ? spans : [...spans].sort(byFrom)) {
    const last = merged[merged.length - 1];
    if (!last || span.from > last.through + 1 || !agree(last, span)) {
      merged.push(span);
      own = false;
    } else if (span.through > last.through) {
      if (own) last.through = span.through;
      else merged[merged.length - 1] = { ...last, through: span.through };
      own = true;
    }
  }
  return merged;
}

function areInOrder(spans: readonly Span[]): boolean {
  for (let i = 1; i < spans.length; i++) if (byFrom(spans[i - 1]!, spans[i]!) > 0) return false;
  return true;
}

function byFrom(a: Span, b: Span): number {
  return a.from - b.from || a.through - b.through;
}

/** How many points a set of spans holds, each point once. */
export function countPoints(spans: readonly Span[]): number {
  return union(spans).reduce((sum, span) => sum + span.through - span.from + 1, 0);
}
