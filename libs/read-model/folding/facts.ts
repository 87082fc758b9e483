import { hash } from 'node:crypto';
import type { DayNumber } from '../../calendar';
import type { EventType, LedgerEvent } from '../../../events';
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
  return writtenHistory(
    facts.map((fact) => writtenFact(fact, JSON.stringify(fact.data))),
    codes,
  );
}

/** As `writeFacts`, of facts that are written already. */
export function writtenHistory(facts: readonly string[], codes: readonly UnknownCode[]): string {
  const written = codes.length > 0 ? `,"codes":${JSON.stringify(codes.map(({ day, code }) => [day, code]))}` : '';
  if (facts.length === 0) return `{"facts":[]${written}}`;
  // Joined once, because what is put around a long text copies it.
  const texts = [...facts];
  texts[0] = `{"facts":[${texts[0]}`;
  texts[texts.length - 1] += `]${written}}`;
  return texts.join(',');
}

/** A `StoredFact` as JSON; the texts of types, instants and ids need no escaping. */
export function writtenFact({ type, day, recordedAt, id, events }: Omit<Fact, 'data'>, data: string): string {
  const also = events.length === 1 ? '' : `,${JSON.stringify(events)}`;
  return `["${type}",${day},"${recordedAt}","${id}",${data}${also}]`;
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

/** Codes of senders that the ledger does not know, on events that still stand. */
export function unknownCodes(events: readonly Pick<LedgerEvent, 'id' | 'metadata'>[], history: History): UnknownCode[] {
  let days: Map<string, DayNumber> | undefined;
  const codes: UnknownCode[] = [];
  for (const { id, metadata } of events) {
    if (metadata.exceptions === undefined) continue;
    days ??= new Map(history.facts.map((fact) => [fact.id, fact.day]));
    const day = days.get(id);
    if (day !== undefined) for (const code of metadata.exceptions) codes.push({ day, code });
  }
  return codes;
}
