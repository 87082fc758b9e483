import type { Response } from 'express';
import type { LedgerEvent } from '../../../events';
import { setRevision } from '../http/preconditions';
import { shownEvent, type ShownEvent } from './recorded-events';

/** A part of a stream. */
export interface StreamPage {
  /** Of the stream's last event; null where it has none. */
  revision: number | null;
  events: ShownEvent[];
  /** Where the next page is; null at the end. */
  next: string | null;
}

/** The events from a revision on, and where the page after them is; the reply carries both in its headers. */
export function streamPage(
  stream: readonly LedgerEvent[],
  query: { from?: string; limit?: string },
  path: string,
  response: Response,
): StreamPage {
  const revision = stream.at(-1)?.revision ?? null;
  const from = Number(query.from ?? 0);
  const limit = Number(query.limit ?? 500);
  const end = from + limit;
  const next = revision !== null && end <= revision ? `${path}?from=${end}&limit=${limit}` : null;
  if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`);
  setRevision(response, revision ?? undefined);
  return { revision, events: stream.slice(from, end).map(shownEvent), next };
}
