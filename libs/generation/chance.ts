/** Chance that repeats itself: the same seeds give the same throws, on every machine (sfc32). */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Two whole numbers, so that every person of a population has a chance of his own. */
  constructor(seed: number, number: number) {
    this.a = mixed(seed ^ 0x9e3779b9);
    this.b = mixed(number ^ 0x85ebca6b);
    this.c = mixed(Math.floor(number / 0x100000000) ^ this.a ^ (this.b << 7));
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 bits, not negative. */
  word(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** A whole number from the first to the last, both included. */
  between(first: number, last: number): number {
    return first + Math.floor((this.word() / 0x100000000) * (last - first + 1));
  }

  /** True so many times in a hundred. */
  percent(percent: number): boolean {
    return (this.word() / 0x100000000) * 100 < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  /** One of the entries, each as likely as its weight says. */
  weighted<T>(entries: readonly (readonly [T, number])[]): T {
    let left = (this.word() / 0x100000000) * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return entries[entries.length - 1]![0];
  }
}

/** Spreads the bits of a seed (the finisher of MurmurHash3). */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
