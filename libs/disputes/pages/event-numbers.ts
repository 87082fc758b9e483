import type { Language } from '../words';

/** Events of a page by number, from 1 in the order given, so that a sentence can name many of them. */
export class EventNumbers {
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(ids: readonly string[]) {
    this.numbers = new Map(ids.map((id, index) => [id, index + 1]));
  }

  of(id: string): number | undefined {
    return this.numbers.get(id);
  }

  /** One event: `事件 12`; one that is not on the page by its id. */
  word(id: string, language: Language): string {
    return `${language === 'zh' ? '事件' : 'event'} ${this.of(id) ?? id}`;
  }

  /** Many events, runs of numbers drawn together: `3–66、70`. */
  words(ids: readonly string[], language: Language): string {
    const said = runsOf(ids.flatMap((id) => this.of(id) ?? []));
    const others = ids.filter((id) => this.of(id) === undefined);
    return [...said, ...others].join(language === 'zh' ? '、' : ', ');
  }
}

/** Numbers in order, each once, runs of them drawn together: `3–66`. */
export function runsOf(numbers: readonly number[]): string[] {
  const runs: [from: number, through: number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, through]) => (from === through ? String(from) : `${from}–${through}`));
}
