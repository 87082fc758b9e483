import type { Answer } from '../answer/answer';

/** What an answer says, as a bag of keyed items: equal bags say the same. Reasons, packs and the question are not in it. */
export type Figures = ReadonlyMap<string, Figure>;

interface Figure {
  part: Part;
  /** Of a figure its path; of an item of a list the part. */
  at: string;
  value: unknown;
  /** How many items of the list are alike in everything. */
  count: number;
}

/** A span or figure that differs. `from` is absent where it is new, `to` where it is gone. */
export interface Change {
  /** The path of a figure such as `contribution.total`, or the list that an item stands in, such as `coverage`. */
  at: string;
  from?: unknown;
  to?: unknown;
  /** What must read so for the change to have happened, by key and count. */
  readonly keys: readonly (readonly [key: string, count: number])[];
}

type Spoken = Exclude<
  keyof Answer,
  'person' | 'persons' | 'validOn' | 'knownAt' | 'position' | 'packs' | 'because' | 'readings'
>;

/** How each part of an answer is taken apart; of a list, the fields by which an item that changed is known again. */
const PARTS = {
  region: 'figure',
  registrations: ['scheme', 'region'],
  payment: 'figures',
  benefit: 'figures',
  place: 'figure',
  waitingPeriods: ['scheme', 'cause'],
  waived: ['scheme', 'cause'],
  coverage: ['scheme', 'region'],
  interruptions: ['scheme'],
  contribution: 'figures',
  retirement: 'figures',
  refunds: ['basis', 'scheme'],
  backPayments: ['route'],
  lateFees: ['feeMonth'],
  bases: ['feeMonth'],
  duplicates: ['scope'],
  stays: ['stayId'],
  aid: ['aidClass'],
  premiumsDue: ['benefitYear'],
  undetermined: ['question'],
} as const satisfies Required<Record<Spoken, 'figure' | 'figures' | readonly string[]>>;

export type Part = keyof typeof PARTS;
export const parts = Object.keys(PARTS) as readonly Part[];

export function figuresOf(answer: Answer): Figures {
  return new Map(parts.flatMap((part) => [...figuresIn(part, answer[part])]));
}

/** The figures of one part, from what it says. */
export function figuresIn(part: Part, said: unknown): Figures {
  const figures = new Map<string, Figure>();
  const form = PARTS[part] as 'figure' | 'figures' | readonly string[];
  if (form === 'figure') add(figures, part, part, said);
  else if (form === 'figures') {
    for (const [name, value] of Object.entries(said as object)) add(figures, part, `${part}.${name}`, value);
  } else {
    for (const item of said as unknown[]) {
      const key = `${part} ${canonical(item)}`;
      const same = figures.get(key);
      if (same) same.count++;
      else figures.set(key, { part, at: part, value: item, count: 1 });
    }
  }
  return figures;
}

export function sameFigures(a: Figures, b: Figures): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, { count }] of a) if (b.get(key)?.count !== count) return false;
  return true;
}

/** Whether the change has happened in an answer: all that it is about reads as it reads afterwards. */
export function hasHappened({ keys }: Change, figures: Figures): boolean {
  return keys.every(([key, count]) => (figures.get(key)?.count ?? 0) === count);
}

/** The part of an answer that a change is in. */
export function partOf({ at }: Change): Part {
  return at.split('.', 1)[0] as Part;
}

/** Every span and figure in which the answers differ, in the order of the answer's parts. Empty when they say the same. */
export function changesBetween(from: Figures, to: Figures): Change[] {
  const gone = lacking(from, to);
  const come = lacking(to, from);
  const changes: Change[] = [];
  for (const { key, figure, left } of gone) {
    const other = come.find((one) => one.left > 0 && isSameThing(figure, one.figure));
    const after = other ? ([[other.key, to.get(other.key)!.count]] as const) : [];
    if (other) other.left = 0;
    changes.push({
      at: figure.at,
      from: figure.value,
      ...(other ? { to: other.figure.value } : {}),
      keys: [[key, figure.count - left], ...after],
    });
  }
  for (const { key, figure, left } of come) {
    if (left > 0) {
      const count = to.get(key)!.count;
      changes.push({ at: figure.at, to: figure.value, keys: [[key, count]] });
    }
  }
  return changes.sort((a, b) => parts.indexOf(partOf(a)) - parts.indexOf(partOf(b)));
}

interface Lacking {
  key: string;
  figure: Figure;
  /** How many fewer the other side has. */
  left: number;
}

function lacking(of: Figures, other: Figures): Lacking[] {
  return [...of].flatMap(([key, figure]) => {
    const left = figure.count - (other.get(key)?.count ?? 0);
    return left > 0 ? [{ key, figure, left }] : [];
  });
}

function isSameThing(a: Figure, b: Figure): boolean {
  if (a.at !== b.at) return false;
  const form = PARTS[a.part] as 'figure' | 'figures' | readonly string[];
  if (typeof form === 'string') return true;
  const [left, right] = [a.value, b.value] as Record<string, unknown>[];
  return form.every((name) => left![name] === right![name]);
}

function add(figures: Map<string, Figure>, part: Part, at: string, value: unknown): void {
  if (value !== undefined) figures.set(`${at} ${canonical(value)}`, { part, at, value, count: 1 });
}

/** The same text for the same content; what is undefined is absent. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const record = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(record).sort()) {
    const inner = record[key];
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(inner)}`;
  }
  return `{${text}}`;
}
