/** A share of the persons; one of `count` equal ones, counted from 0. */
export interface Shard {
  index: number;
  count: number;
}

export const WHOLE: Shard = { index: 0, count: 1 };

/** `1/2` is the second of two shares. Undefined where the text is none. */
export function parseShard(text: string): Shard | undefined {
  const match = /^(\d{1,3})\/(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const [index, count] = [Number(match[1]), Number(match[2])];
  return index < count ? { index, count } : undefined;
}

export function shardName({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/** Whether a person belongs to the share; by a hash of his id, the same on every machine. */
export function belongsTo({ index, count }: Shard, person: string): boolean {
  return count === 1 || hashOf(person) % count === index;
}

/** FNV-1a, of 32 bits. */
export function hashOf(person: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < person.length; i++) hash = Math.imul(hash ^ person.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
