import { hash } from 'node:crypto';
import type { EventType } from '../../../events';
import { historyOf, type Fact, type History } from '../../../projections/history';
import type { UnknownCode } from '../../../projections/rows';

/** A fact as it is stored: type, day, recordedAt, id, data, and the events it rests on where it is more than its own. */
type StoredFact = [EventType, number, string, string, object, string[]?];

interface StoredHistory {
  facts: StoredFact[];
  codes?: [number, string][];
}

/** A person's facts as compact JSON, from which his rows are evaluated again without the log. */
export function writeFacts({ facts }: History, codes: readonly UnknownCode[]): string {
  const stored: StoredHistory = {
    facts: facts.map(({ type, day, recordedAt, id, data, events }) =>
      events.length === 1 ? [type, day, recordedAt, id, data] : [type, day, recordedAt, id, data, events],
    ),
  };
  if (codes.length > 0) stored.codes = codes.map(({ day, code }) => [day, code]);
  return JSON.stringify(stored);
}

export function readFacts(text: string, position: bigint): { history: History; codes: UnknownCode[] } {
  const { facts, codes = [] } = JSON.parse(text) as StoredHistory;
  const read = facts.map(
    ([type, day, recordedAt, id, data, events]) =>
      ({ type, day, recordedAt, id, data, events: events ?? [id] }) as unknown as Fact,
  );
  return { history: historyOf(read, position), codes: codes.map(([day, code]) => ({ day, code })) };
}

export function contentHash(facts: string): string {
  return hash('sha256', facts);
}
