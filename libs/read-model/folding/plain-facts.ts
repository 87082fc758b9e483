import { dayNumber } from '../../calendar';
import type { EventText } from '../../event-store';
import { registry, type EventType, type LedgerEvent } from '../../../events';
import {
  byHappening,
  historyOf,
  historyOfKnown,
  isInOrder,
  type Fact,
  type History,
} from '../../../projections/history';
import { writtenFact } from './facts';

/** A history, its facts as they are stored, and the metadata of events that name codes the ledger does not know. */
export interface PlainFacts {
  history: History;
  factTexts: string[];
  coded: Pick<LedgerEvent, 'id' | 'metadata'>[];
}

/** Types that say something of other people: with one of them among a person's, his events are read in full. */
const READ_IN_FULL: readonly EventType[] = ['Merged', 'Unmerged'];

/** What the metadata of today's version of a type has before its day; `toStored` writes both last. */
const BEFORE_DAY: ReadonlyMap<string, string> = new Map(
  Object.values(registry)
    .filter(({ type }) => !READ_IN_FULL.includes(type))
    .map(({ type, version }) => [type, `"schemaVersion":${version},"effectiveOn":"`]),
);
const DAY_AND_END = '2022-10-14"}'.length;
const DAY = '2022-10-14'.length;

/**
 * The facts of a stream from its texts, the same as from its events read in full, without parsing and writing what no fact needs.
 * Undefined where only reading in full can tell: merges, older versions, anything unusual.
 */
export function plainFacts(texts: readonly EventText[]): PlainFacts | undefined {
  const days: string[] = [];
  const coded: PlainFacts['coded'] = [];
  let amended = false;
  for (const { id, type, metadata } of texts) {
    const before = BEFORE_DAY.get(type);
    const at = metadata.length - DAY_AND_END;
    if (before === undefined || !metadata.startsWith(before, at - before.length) || !metadata.endsWith('"}'))
      return undefined;
    if (metadata.includes('"exceptions":'))
      coded.push({ id, metadata: JSON.parse(metadata) as LedgerEvent['metadata'] });
    if (type === 'Corrected' || type === 'Voided') amended = true;
    days.push(metadata.slice(at, at + DAY));
  }
  const { history, factTexts } = amended ? amendedHistory(texts, days) : unamendedHistory(texts, days);
  return { history, factTexts, coded };
}

function unamendedHistory(texts: readonly EventText[], days: readonly string[]): Omit<PlainFacts, 'coded'> {
  let facts: Fact[] = [];
  let factTexts: string[] = [];
  for (let i = 0; i < texts.length; i++) {
    const { id, type, recordedAt, data } = texts[i]!;
    const read = { type, id, day: dayNumber(days[i]!), recordedAt, data: JSON.parse(data) as object, events: [id] };
    const fact = read as unknown as Fact;
    facts.push(fact);
    factTexts.push(writtenFact(fact, data));
  }
  if (!isInOrder(facts)) {
    const order = facts.map((_, index) => index).sort((a, b) => byHappening(facts[a]!, facts[b]!));
    const [found, written] = [facts, factTexts];
    facts = order.map((index) => found[index]!);
    factTexts = order.map((index) => written[index]!);
  }
  return { history: historyOf(facts, positionOf(texts)), factTexts };
}

function amendedHistory(texts: readonly EventText[], days: readonly string[]): Omit<PlainFacts, 'coded'> {
  const dataTexts = new Map<string, string>();
  const metadata = {};
  const events = texts.map(({ stream, id, type, recordedAt, data }, index) => {
    dataTexts.set(id, data);
    const effectiveOn = days[index]!;
    // One literal: copying a known object into another takes longer than parsing its data.
    return { stream, id, type, effectiveOn, recordedAt, data: JSON.parse(data) as object, metadata } as LedgerEvent;
  });
  const history = historyOfKnown(events, positionOf(texts));
  const factTexts = history.facts.map((fact) =>
    // An amended fact rests on more than its own event.
    writtenFact(fact, fact.events.length === 1 ? dataTexts.get(fact.id)! : JSON.stringify(fact.data)),
  );
  return { history, factTexts };
}

function positionOf(texts: readonly EventText[]): bigint {
  return BigInt(texts.at(-1)!.position);
}
