import type { Kysely } from 'kysely';
import type { Day } from '../calendar';
import type { ReadModelTables } from '../read-model';

/** The same in both languages. */
export interface Words {
  zh: string;
  en: string;
}

/**
 * A column of a report. `person` is an id and nothing else of anybody; `word` is one of a closed list, told in the
 * reader's language on pages, and so is a `region`, kept as its code; `fen` is money.
 */
export interface Column {
  name: string;
  title: Words;
  kind: 'text' | 'word' | 'region' | 'person' | 'day' | 'month' | 'count' | 'fen';
}

export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** What a report is asked. */
export interface ReportQuestion {
  validOn: Day;
  /** The day before the first day of a period that ends on `validOn`; left out: the last day of the month before. */
  since?: Day;
  /** Only this region and those below it. */
  region?: string;
}

/** The tables as one basis has them. */
export type Tables = Kysely<ReadModelTables>;

/** What came late for a person: an event recorded between two bases, of his or of what he rests on. */
export interface LateEvent {
  id: string;
  type: string;
  effectiveOn: Day;
  recordedAt: string;
}

/** What a report is made from. */
export interface ReportSource {
  tables: Tables;
  /** Runs with the tables as they were known at the end of a day, and with whom later events have touched. */
  knownOn<T>(day: Day, use: (then: Then) => Promise<T>): Promise<T>;
}

export interface Then {
  tables: Tables;
  /** Persons of whom something was recorded since, in order; the tables of nobody else differ. */
  touched(): AsyncIterable<string>;
  /**
   * What was recorded of the person since, up to the basis of the report; where nothing was, what was recorded of the regions and
   * employers that he rests on.
   */
  lateEvents(person: string): Promise<LateEvent[]>;
}

export interface Report {
  name: string;
  title: Words;
  about: Words;
  columns: readonly Column[];
  rows(source: ReportSource, question: ReportQuestion): AsyncIterable<Row>;
}

export const column = {
  text: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'text' }),
  word: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'word' }),
  day: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'day' }),
  month: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'month' }),
  count: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'count' }),
  fen: (name: string, zh: string, en: string): Column => ({ name, title: { zh, en }, kind: 'fen' }),
  person: (): Column => ({ name: 'person', title: { zh: '人员编号', en: 'Person' }, kind: 'person' }),
  region: (name = 'region', zh = '统筹区', en = 'Region'): Column => ({ name, title: { zh, en }, kind: 'region' }),
  scheme: (): Column => ({ name: 'scheme', title: { zh: '险种', en: 'Scheme' }, kind: 'word' }),
};
