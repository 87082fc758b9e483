import { existsSync, statSync } from 'node:fs';
import { describeFaults, parseEvent, type LedgerEvent } from '../../events';
import { csvRecords } from './csv';
import { detectEncoding, textOf, type Encoding } from './encoding';
import { STAMPED_LATER, makingIds, type RowContext } from './fact';
import type { Mapping } from './mapping';
import { factsOfPayment, type PaymentFacts } from './payments';
import { factsOfRelation } from './relations';
import { Columns, RefusedRow, Row } from './row';

export type FileKind = 'relations' | 'payments' | 'events';

/** A row of a file as it stands there: cells of a CSV, the text of a JSON line. */
export interface SourceRow {
  line: number;
  cells: string[];
}

/** A file that cannot be imported at all: not there, empty, or a table that nobody knows. */
export class RefusedFile extends Error {
  override readonly name = 'RefusedFile';

  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}

/** A file of facts, opened: what it is, and its rows in order. */
export interface SourceFile {
  file: string;
  kind: FileKind;
  encoding: Encoding;
  /** Of a CSV; a file of JSON lines has none. */
  header: readonly string[];
  rows(): AsyncGenerator<SourceRow[]>;
  /** What a row says. Throws `RefusedRow`. */
  read(row: SourceRow): PaymentFacts;
}

/** Opens a relations or payments extract (CSV), or events as JSON lines (`.jsonl`, `.ndjson`). Throws `RefusedFile`. */
export async function openSource(
  file: string,
  mapping: Mapping,
  context: Omit<RowContext, 'source'>,
): Promise<SourceFile> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new RefusedFile(file, 'there is no such file');
  const encoding = await detectEncoding(file);
  return /\.(jsonl|ndjson)$/i.test(file)
    ? jsonLines(file, encoding, context)
    : csvTable(file, encoding, mapping, context);
}

async function csvTable(
  file: string,
  encoding: Encoding,
  mapping: Mapping,
  context: Omit<RowContext, 'source'>,
): Promise<SourceFile> {
  const header = await headerOf(file, encoding);
  const kind = (['payments', 'relations'] as const).find((table) =>
    mapping.tables[table].every((name) => header.includes(name)),
  );
  if (kind === undefined) {
    const tables = Object.entries(mapping.tables).map(([table, columns]) => `${table}: ${columns.join(', ')}`);
    throw new RefusedFile(
      file,
      `not a table of the mapping; expected a header with the columns of one of ${tables.join(' | ')}`,
    );
  }
  const columns = new Columns(header, mapping);
  const full: RowContext = { ...context, source: kind === 'payments' ? 'tax' : 'agency' };
  return {
    file,
    kind,
    encoding,
    header,
    rows: () => rowsAfterHeader(file, encoding),
    read({ cells }) {
      if (cells.length !== header.length) {
        throw new RefusedRow({
          field: '(row)',
          reason: `got ${cells.length} cells; expected ${header.length}, as in the header`,
        });
      }
      if (cells.some((cell) => cell.includes('\uFFFD'))) {
        throw new RefusedRow({ field: '(row)', reason: `got bytes that are no character; expected ${encoding}` });
      }
      const row = new Row(cells, columns);
      return kind === 'payments' ? factsOfPayment(row, full) : { facts: factsOfRelation(row, full) };
    },
  };
}

async function headerOf(file: string, encoding: Encoding): Promise<string[]> {
  for await (const [first] of csvRecords(textOf(file, encoding))) return first!.cells.map((cell) => cell.trim());
  throw new RefusedFile(file, 'is empty; expected a header and rows');
}

async function* rowsAfterHeader(file: string, encoding: Encoding): AsyncGenerator<SourceRow[]> {
  let first = true;
  for await (const records of csvRecords(textOf(file, encoding))) {
    yield first ? records.slice(1) : records;
    first = false;
  }
}

function jsonLines(file: string, encoding: Encoding, context: Omit<RowContext, 'source'>): SourceFile {
  return {
    file,
    kind: 'events',
    encoding,
    header: [],
    rows: () => linesOf(file, encoding),
    read: ({ cells }) => ({ facts: [factOfLine(cells[0]!, context)] }),
  };
}

async function* linesOf(file: string, encoding: Encoding): AsyncGenerator<SourceRow[]> {
  let rest = '';
  let line = 0;
  for await (const piece of textOf(file, encoding)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield lines.flatMap((text) => ((line += 1), text.trim() === '' ? [] : [{ line, cells: [text] }]));
  }
  if (rest.trim() !== '') yield [{ line: line + 1, cells: [rest] }];
}

/** An envelope of the contract. Its id, where it has none, is made from its content. */
function factOfLine(text: string, { actor, migratedFrom }: Omit<RowContext, 'source'>): LedgerEvent {
  let input: { recordedAt?: unknown; metadata?: { migratedFrom?: unknown } };
  try {
    input = JSON.parse(text) as typeof input;
  } catch (error) {
    throw new RefusedRow({ field: '(line)', reason: `not JSON: ${(error as Error).message}` });
  }
  const parsed = parseEvent(input, { recordedAt: STAMPED_LATER, ...makingIds });
  if (!parsed.ok) throw new RefusedRow({ field: parsed.faults[0]!.field, reason: describeFaults(parsed.faults) });
  const { event } = parsed;
  event.metadata.actor ??= actor;
  if (input.recordedAt === undefined) return event;
  event.metadata.migratedFrom ??= migratedFrom;
  if (event.metadata.migratedFrom === undefined) {
    throw new RefusedRow({
      field: 'recordedAt',
      reason:
        'expected it left out, because the ledger stamps it; history from elsewhere keeps its time with --migrated-from',
    });
  }
  return event;
}
