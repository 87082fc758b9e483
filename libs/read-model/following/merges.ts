/** Who is counted under whom (合并), as the folded persons say. */
export class Merges {
  private readonly joins = new Map<string, readonly string[]>();
  private readonly into = new Map<string, Set<string>>();

  /** The person under whom another is counted. */
  readonly mergedInto = (person: string): string | undefined => {
    const holders = this.into.get(person);
    return holders && [...holders].sort()[0];
  };

  /** Whether anybody is counted under the person. */
  joinsAnybody(person: string): boolean {
    return this.joins.has(person);
  }

  /** Everybody who is counted under somebody else. */
  everybodyMerged(): string[] {
    return [...this.into].flatMap(([person, holders]) => (holders.size > 0 ? [person] : []));
  }

  /** Whoever counts this person's events as his. */
  holdersOf(person: string): Iterable<string> {
    return this.into.get(person) ?? [];
  }

  /** Takes note of whose streams count as the person's; gives those for whom that has changed. */
  note(person: string, joins: readonly string[]): string[] {
    const before = this.joins.get(person) ?? [];
    if (before.length === 0 && joins.length === 0) return [];
    const gone = before.filter((other) => !joins.includes(other));
    const come = joins.filter((other) => !before.includes(other));
    for (const other of gone) this.into.get(other)?.delete(person);
    for (const other of come) {
      const holders = this.into.get(other);
      if (holders) holders.add(person);
      else this.into.set(other, new Set([person]));
    }
    if (joins.length === 0) this.joins.delete(person);
    else this.joins.set(person, joins);
    return [...gone, ...come];
  }
}
