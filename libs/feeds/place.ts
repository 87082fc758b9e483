import { isPersonId } from '../../events';

/**
 * A place in a feed: everything up to it has been given. One position of the log may bring many items: first that of a region,
 * whose key is empty, then one a person, by id.
 */
export interface Place {
  position: bigint;
  /** The key of the last item of the position that was given; absent where all of the position was. */
  key?: string;
}

/** Before everything. */
export const BEGINNING: Place = { position: 0n };

/** `1024`: all of the position · `1024-region`: its first item, of a region · `1024.P1`: up to this person. Also the id of the item there. */
export function placeText({ position, key }: Place): string {
  if (key === undefined) return String(position);
  return key === '' ? `${position}-region` : `${position}.${key}`;
}

/** The place that a text names; undefined where it names none. */
export function parsePlace(text: string): Place | undefined {
  const match = /^(\d{1,18})(?:(-region)|\.(.{1,64}))?$/.exec(text);
  if (!match) return undefined;
  const position = BigInt(match[1]!);
  if (match[2] !== undefined) return { position, key: '' };
  if (match[3] === undefined) return { position };
  return isPersonId(match[3]) ? { position, key: match[3] } : undefined;
}

/** Whether one place lies behind the other. */
export function isBehind(one: Place, other: Place): boolean {
  if (one.position !== other.position) return one.position > other.position;
  if (other.key === undefined) return false;
  return one.key === undefined || one.key > other.key;
}
