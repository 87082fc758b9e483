import type { Evaluation } from '../basis';
import type { Column, Report, ReportQuestion, Row } from '../report';
import { shown, type Language } from '../words';

/** What is asked of a report beside its rows: the basis that every form of it states. */
export interface Basis extends ReportQuestion {
  /** A day, an instant or a position; `now` where the question named none. */
  knownAt: string;
}

/** A report with its basis and its rows, ready to be written once. */
export interface Sheet {
  report: Report;
  basis: Basis;
  evaluation: Evaluation;
  rows: AsyncIterable<Row>;
  language: Language;
  /** A region's name with its code, for whoever reads. */
  regionName: (code: string) => string;
}

/** Where a report is written to; waits while the reader is slower. */
export interface Sink {
  write(text: string | Uint8Array): Promise<void>;
}

/** The basis in words, line by line. */
export function basisLines({
  report,
  basis,
  evaluation,
  language,
  regionName,
}: Omit<Sheet, 'rows'>): [string, string][] {
  const zh = language === 'zh';
  const { validOn, knownAt, since, region } = basis;
  const known = knownAt === 'now' ? (zh ? '现在' : 'now') : knownAt;
  const from =
    evaluation.from === 'tables'
      ? zh
        ? '读取汇总表'
        : 'read from the tables'
      : zh
        ? `汇总表，另有 ${evaluation.evaluatedAnew} 人按当时所知重新计算`
        : `the tables, with ${evaluation.evaluatedAnew} persons evaluated anew as known then`;
  const behind = evaluation.behind === '0' ? '' : zh ? `，尚差 ${evaluation.behind}` : `, ${evaluation.behind} behind`;
  return [
    [zh ? '报表' : 'Report', report.title[language]],
    [zh ? '所问之日' : 'Valid on', validOn],
    ...(since === undefined ? [] : ([[zh ? '期初' : 'Opens with', since]] as [string, string][])),
    [zh ? '所知截至' : 'Known at', known],
    ...(region === undefined ? [] : ([[zh ? '统筹区' : 'Region', regionName(region)]] as [string, string][])),
    [
      zh ? '依据' : 'Figures',
      `${from}${zh ? '；日志位置' : '; log position'} ${evaluation.position}${knownAt === 'now' ? behind : ''}`,
    ],
  ];
}

/** A cell for whoever reads it: words in his language, money in yuan, a region by its name. */
export function readable({ language, regionName }: Sheet, column: Column, row: Row): string {
  const cell = row[column.name];
  return column.kind === 'region' && typeof cell === 'string' ? regionName(cell) : shown(column, cell, language);
}

/** A column's title with its unit where a form writes plain numbers. */
export function titleOf({ title }: Column, language: Language): string {
  return title[language];
}
