import { knownAtLimit } from '../../projections/history';
import { regionNames } from '../policy/evaluation';
import { atBasis, type ReportParts } from './basis';
import { formats, type Basis, type ReportFormat, type Sheet, type Sink } from './formats';
import type { Report, ReportQuestion } from './report';
import type { Language } from './words';

/** A report as it is asked for at the edge. */
export interface ReportRequest extends ReportQuestion {
  report: Report;
  /** A day (its last instant), an instant or a position; left out: now. */
  knownAt?: string | bigint;
  language?: Language;
}

/** Runs with the report at its basis; its rows can be read once, while this runs. Throws `NothingProjected`. */
export async function withReport<T>(
  parts: ReportParts,
  { report, knownAt, language = 'zh', ...question }: ReportRequest,
  use: (sheet: Sheet) => Promise<T>,
): Promise<T> {
  const limit = knownAt === undefined ? undefined : knownAtLimit(knownAt);
  const asked = Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
  const basis: Basis = {
    ...(asked as unknown as ReportQuestion),
    knownAt: knownAt === undefined ? 'now' : String(knownAt),
  };
  const regionName = regionNames(parts.policies.packs, language);
  return atBasis(parts, limit, (source, evaluation) =>
    use({ report, basis, evaluation, language, regionName, rows: report.rows(source, question) }),
  );
}

/** Writes the report in one of its forms, as its rows come. */
export async function writeReport(
  parts: ReportParts,
  request: ReportRequest,
  format: ReportFormat,
  sink: Sink,
): Promise<void> {
  await withReport(parts, request, (sheet) => formats[format].write(sheet, sink));
}

/** The name of a report's file: what was asked, on which day, as known when. */
export function fileNameOf({ report, validOn, knownAt, region }: ReportRequest, format: ReportFormat): string {
  const known = knownAt === undefined ? [] : [`known-${String(knownAt).replace(/[^0-9A-Za-z-]/g, '')}`];
  return `${[report.name, ...(region === undefined ? [] : [region]), validOn, ...known].join('_')}.${format}`;
}
