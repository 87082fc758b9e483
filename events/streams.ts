import { isRegionCode } from './fields';
import { isEmployerId, isPersonId } from './identity';
import type { StreamKind } from './words';

/** The parts of a stream's name; undefined where the text names no stream, or holds an identity number. */
export function parseStream(stream: unknown): { kind: StreamKind; id: string } | undefined {
  if (typeof stream !== 'string') return undefined;
  const dash = stream.indexOf('-');
  const kind = stream.slice(0, dash);
  const id = stream.slice(dash + 1);
  if (kind === 'person') return isPersonId(id) ? { kind, id } : undefined;
  if (kind === 'region') return isRegionCode(id) ? { kind, id } : undefined;
  if (kind === 'employer') return isEmployerId(id) ? { kind, id } : undefined;
  return undefined;
}

export function personStream(personId: string): string {
  return `person-${personId}`;
}

export function regionStream(code: string): string {
  return `region-${code}`;
}

export function employerStream(uscc: string): string {
  return `employer-${uscc}`;
}

/** How the streams of a kind are named, in words. */
export const STREAM_FORMS: Readonly<Record<StreamKind, string>> = {
  person: 'person-<personId>, the id up to 64 letters, digits and . _ : - and never an identity number',
  region: 'region-<code>, the code six digits',
  employer: 'employer-<uscc>, never an identity number',
};
