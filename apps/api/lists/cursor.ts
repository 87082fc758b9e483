import { createHash } from 'node:crypto';
import { faultOf, invalidInput } from '../http/problem';

/** After which row a page begins: the person, and the place among his rows. */
export interface Place {
  person: string;
  n: number;
}

/** What a list is asked, as far as its pages must agree on it. */
export type ListQuestion = Readonly<Record<string, string | undefined>>;

/** Where the next page begins, as a text that only fits the same question. */
export function cursorOf(list: string, question: ListQuestion, { person, n }: Place): string {
  return Buffer.from(JSON.stringify([fingerprint(list, question), person, n])).toString('base64url');
}

/** The place that a cursor means. Throws where it is none, or was given for another question. */
export function placeOf(cursor: string | undefined, list: string, question: ListQuestion): Place | undefined {
  if (cursor === undefined) return undefined;
  const [asked, person, n] = partsOf(cursor);
  const sound = typeof person === 'string' && Number.isSafeInteger(n) && (n as number) >= 0;
  if (!sound || asked !== fingerprint(list, question)) {
    throw invalidInput([faultOf('cursor', '(a cursor)', 'the cursor of a page before, with the same parameters')]);
  }
  return { person, n: n as number };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function fingerprint(list: string, question: ListQuestion): string {
  const asked = Object.entries(question)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([list, asked]))
    .digest('base64url')
    .slice(0, 16);
}
