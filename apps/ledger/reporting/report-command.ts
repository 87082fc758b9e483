import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Option, type Command } from 'commander';
import { readModelLocation } from '../../../libs/read-model';
import {
  NothingProjected,
  basisLines,
  formats,
  readable,
  reportNamed,
  reports,
  withReport,
  writeReport,
  type ReportFormat,
  type ReportParts,
  type ReportRequest,
  type Sheet,
  type Sink,
} from '../../../libs/reports';
import { openPolicies } from '../installation';
import { dayIn, knownAtIn, regionIn } from '../option-values';
import { table } from '../pages';
import { readingStore, storeLocation } from '../store-access';
import { BadInput, addCommand, printedJson, type OutputOptions, type Status, type Terminal } from '../terminal';

interface Options extends OutputOptions {
  on?: string;
  known?: string;
  since?: string;
  region?: string;
  format: ReportFormat | 'text';
  out?: string;
  store?: string;
  database?: string;
  policies?: string;
}

/** Lines that a terminal is shown; files hold all of them. */
const LINES_SHOWN = 200;

/** `ledger report [NAME]`: a report about everyone at a basis, or the list of reports there are. */
export function addReport(program: Command, terminal: Terminal): void {
  addCommand<Options>(
    program,
    'report [name]',
    'figures about everyone on a day, as known at a time; without a name: which reports there are',
    (command) =>
      command
        .option('--on <day>', 'the day asked about, YYYY-MM-DD')
        .option('--known <when>', 'what was known then: a day, an instant or a position in the log; left out: now')
        .option('--since <day>', 'the day with whose end a movement opens; left out: the end of the month before')
        .option('--region <code>', 'only this region and those below it')
        .addOption(
          new Option('--format <form>', 'text, json, csv, xlsx or html')
            .choices(['text', ...Object.keys(formats)])
            .default('text'),
        )
        .option('--out <file>', 'where to write it; left out: standard output')
        .option('--store <folder>', 'the ledger’s data folder, or the address of an EventStoreDB')
        .option('--database <where>', 'the read model: a file, or the address of a PostgreSQL (DATABASE_URL)')
        .option('--policies <folder>', 'policy packs other than the ledger’s own'),
    ([name], options) => runReport(name, options, terminal),
  );
}

async function runReport(name: string | undefined, options: Options, terminal: Terminal): Promise<Status> {
  const { lang, out } = options;
  if (name === undefined) {
    const listed = reports.map(({ name: of, title, about }) => ({ name: of, title: title[lang], about: about[lang] }));
    terminal.out(
      options.json
        ? printedJson(listed)
        : `${table(listed.map((row) => [row.name, row.title, row.about])).join('\n')}\n`,
    );
    return 0;
  }
  const request = requestOf(name, options);
  const format = options.json ? 'json' : options.format;
  if (format === 'xlsx' && out === undefined) throw new BadInput('--out: expected a file for a workbook');
  const location = storeLocation(options.store);
  return readingStore(location, async (store): Promise<Status> => {
    const readModel = options.database ?? readModelLocation(location, process.env['DATABASE_URL']);
    const parts: ReportParts = { readModel, store, policies: openPolicies(options.policies) };
    try {
      if (out === undefined) await toTerminal(parts, request, format, terminal);
      else await toFile(parts, request, format === 'text' ? 'csv' : format, out);
      return 0;
    } catch (error) {
      if (error instanceof NothingProjected) throw new BadInput(error.message);
      throw error;
    }
  });
}

function requestOf(name: string, { on, known, since, region, lang }: Options): ReportRequest {
  const report = reportNamed(name);
  if (!report)
    throw new BadInput(
      `there is no report ${JSON.stringify(name)}; expected one of ${reports.map((one) => one.name).join(', ')}`,
    );
  if (on === undefined) throw new BadInput('--on: expected the day asked about, YYYY-MM-DD');
  dayIn('--on', on);
  if (since !== undefined && dayIn('--since', since) >= on)
    throw new BadInput(`--since: expected a day before ${on}, got ${since}`);
  return {
    report,
    validOn: on,
    knownAt: knownAtIn('--known', known),
    since,
    region: regionIn(region),
    language: lang,
  };
}

async function toTerminal(
  parts: ReportParts,
  request: ReportRequest,
  format: ReportFormat | 'text',
  terminal: Terminal,
): Promise<void> {
  if (format === 'text') return withReport(parts, request, (sheet) => page(sheet, terminal));
  return writeReport(parts, request, format, { write: async (piece) => void terminal.out(String(piece)) });
}

async function page(sheet: Sheet, terminal: Terminal): Promise<void> {
  const { report, rows, language } = sheet;
  const lines = [report.columns.map(({ title }) => title[language])];
  let left = 0;
  for await (const row of rows) {
    if (lines.length <= LINES_SHOWN) lines.push(report.columns.map((column) => readable(sheet, column, row)));
    else left += 1;
  }
  for (const [name, value] of basisLines(sheet)) terminal.out(`${name}: ${value}\n`);
  terminal.out(`\n${table(lines).join('\n')}\n`);
  if (left > 0)
    terminal.out(
      language === 'zh'
        ? `… 另有 ${left} 行；--format csv --out FILE 可得全部\n`
        : `… ${left} more; --format csv --out FILE has all\n`,
    );
}

async function toFile(parts: ReportParts, request: ReportRequest, format: ReportFormat, file: string): Promise<void> {
  const written = createWriteStream(file);
  const sink: Sink = {
    write: async (piece) => {
      if (!written.write(piece)) await once(written, 'drain');
    },
  };
  try {
    await once(written, 'open');
  } catch (error) {
    throw new BadInput(`--out: ${file} cannot be written: ${(error as Error).message}`);
  }
  try {
    await writeReport(parts, request, format, sink);
  } finally {
    written.end();
    await once(written, 'close');
  }
}
