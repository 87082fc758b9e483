import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { written } from '../ledger';
import { describeFaults, parseEvent, type LedgerEvent } from '../../events';
import { csvRecords } from './csv';
import { detectEncoding, textOf, type Encoding } from './encoding';
import { STAMPED_LATER, makingIds, type RowContext } from './fact';
import type { IdentityRow } from './identities';
import { jsonLines } from './json-lines';
import type { ColumnWord, Mapping } from './mapping';
import { factsOfPayment, type PaymentFacts } from './payments';
import { factsOfRelation } from './relations';
import { Columns, RefusedRow, Row, type CellFault } from './row';
import { BrokenWorkbook, openSheet, type Sheet, type SheetRow } from './workbook';

export type FileKind = 'relations' | 'payments' | 'events';
type Table = keyof Mapping['tables'];

/** A row of a file as it stands there: cells of a table, or one with the text of a JSON line. */
export interface SourceRow {
  line: number;
  cells: string[];
  /** What is wrong with it before anybody reads it. */
  fault?: CellFault;
  /** The person whom its identity number stands for. */
  person?: string;
  /** Of a row that tells of identity, once it was looked at: whether it takes a payment back. */
  reverses?: boolean;
  /** Known to hold no byte that is no character. */
  readable?: boolean;
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

/** The rows of a file, whatever its form: CSV, a sheet of a workbook, JSON lines. */
export interface RowFile {
  file: string;
  encoding: Encoding;
  /** The sheet, of a workbook. */
  sheet?: string;
  /** Of JSON lines the name that their lines get in a table. */
  header: readonly string[];
  /** The rows in order, in constant memory; as often as wanted. */
  rows(): AsyncGenerator<SourceRow[]>;
  /** The row as columns that can be read. Throws `RefusedRow`. */
  row(row: SourceRow): Row;
  /** What the row tells of identity by document; undefined where it tells nothing. */
  identityOf(row: SourceRow): IdentityRow | undefined;
}

/** A file of facts, opened: what it is, and what its rows say. */
export interface SourceFile extends RowFile {
  kind: FileKind;
  /** What a row says. Throws `RefusedRow`. */
  read(row: SourceRow): PaymentFacts;
}

/** How a file is to be opened. */
export interface OpenOptions {
  mapping: Mapping;
  /** The sheet of a workbook; left out: its first. */
  sheet?: string;
  /** Whether somebody is there to tell persons by their documents. */
  identities?: boolean;
}

/**
 * Opens a relations or payments extract (CSV or XLSX) or JSON lines (`.jsonl`, `.ndjson`): events, or rows of those tables as
 * objects. Throws `RefusedFile`.
 */
export async function openSource(
  file: string,
  options: OpenOptions,
  context: Omit<RowContext, 'source'>,
): Promise<SourceFile> {
  const opened = await openRows(file, ['payments', 'relations'], options);
  const { mapping } = options;
  const ofPayments: RowContext = { ...context, source: 'tax' };
  const ofRelations: RowContext = { ...context, source: 'agency' };
  const factsOf = (table: Table, row: Row): PaymentFacts =>
    table === 'payments' ? factsOfPayment(row, ofPayments) : { facts: factsOfRelation(row, ofRelations) };
  if (opened.table !== undefined) {
    const { table } = opened;
    return { ...opened.rows, kind: table as FileKind, read: (row) => factsOf(table, opened.rows.row(row)) };
  }
  const { rows } = opened;
  return {
    ...rows,
    kind: await kindOfLines(rows, mapping, options),
    read(row) {
      const value = valueOf(row, rows.encoding);
      if (isEvent(value)) return { facts: [factOf(value, context)], asEvent: true };
      const table = tableOf(Object.keys(value), ['payments', 'relations'], options);
      if (table !== undefined) return factsOf(table, rows.row(row));
      const tables = tablesInWords(['payments', 'relations'], options);
      throw new RefusedRow({
        field: '(line)',
        reason: `expected an event with type and effectiveOn, or a row with ${tables}`,
      });
    },
  };
}

/** Opens a status extract of another system, in any of the forms. Throws `RefusedFile`. */
export async function openStatusExtract(file: string, options: OpenOptions): Promise<RowFile> {
  return (await openRows(file, ['status'], options)).rows;
}

/** A table, or JSON lines, whose rows tell for themselves what they are. */
type Opened = { table: Table; rows: RowFile } | { table: undefined; rows: RowFile };

async function openRows(file: string, tables: readonly Table[], options: OpenOptions): Promise<Opened> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new RefusedFile(file, 'there is no such file');
  const beginning = await beginningOf(file);
  if (/\.(jsonl|ndjson)$/i.test(file)) return { table: undefined, rows: await linesOf(file, options) };
  if (beginning.startsWith(ZIP) || /\.xlsx$/i.test(file)) return openWorkbook(file, tables, options);
  if (options.sheet !== undefined) throw new RefusedFile(file, 'is no workbook, so it has no sheet to be named');
  return openCsv(file, tables, options);
}

const ZIP = '504b';
const OLD_WORKBOOK = 'd0cf11e0';

/** The first bytes in hexadecimal digits. Throws `RefusedFile` where they tell a form that is not read. */
async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const bytes = buffer.toString('hex', 0, bytesRead);
    if (bytes === OLD_WORKBOOK)
      throw new RefusedFile(
        file,
        'is an old or protected workbook; expected XLSX without a password, CSV or JSON lines',
      );
    if (bytes.startsWith('fffe') || bytes.startsWith('feff'))
      throw new RefusedFile(file, 'is UTF-16; expected UTF-8 or GB18030');
    return bytes;
  } finally {
    await handle.close();
  }
}

async function openCsv(file: string, tables: readonly Table[], options: OpenOptions): Promise<Opened> {
  const encoding = await detectEncoding(file);
  let header: string[] | undefined;
  for await (const [first] of csvRecords(textOf(file, encoding))) {
    header = first!.cells.map((cell) => cell.trim());
    break;
  }
  if (header === undefined) throw new RefusedFile(file, 'is empty; expected a header and rows');
  const rows = async function* (): AsyncGenerator<SourceRow[]> {
    let first = true;
    for await (const records of csvRecords(textOf(file, encoding))) {
      yield (first ? records.slice(1) : records).map((record): SourceRow => {
        const { line, broken } = record;
        // One that is whole stays as it is: its cells are cut when they are asked for.
        if (broken === undefined) return record;
        return { line, cells: record.cells, fault: { field: '(row)', reason: `got ${broken}` } };
      });
      first = false;
    }
  };
  return openTable({ file, encoding, header, rows }, tables, options);
}

async function openWorkbook(file: string, tables: readonly Table[], options: OpenOptions): Promise<Opened> {
  const header: string[] = [];
  let sheet: Sheet;
  let headerLine: number | undefined;
  try {
    sheet = await openSheet(file, options.sheet);
    // To the end, so that a workbook that is damaged anywhere is refused before a row of it is taken.
    for await (const [first] of sheet.rows()) {
      if (headerLine === undefined) header.push(...Array.from(first!.cells, (cell) => (cell ?? '').trim()));
      headerLine ??= first!.line;
    }
  } catch (error) {
    if (error instanceof BrokenWorkbook)
      throw new RefusedFile(file, `is no workbook that can be read: ${error.message}`);
    throw error;
  }
  if (headerLine === undefined)
    throw new RefusedFile(file, `has an empty sheet "${sheet.name}"; expected a header and rows`);
  const columns = new Columns(header, options.mapping);
  const rows = async function* (): AsyncGenerator<SourceRow[]> {
    for await (const some of sheet.rows())
      yield some.filter(({ line }) => line !== headerLine).map((row) => sheetRow(row, columns));
  };
  return openTable({ file, encoding: 'utf-8', header, rows, sheet: sheet.name }, tables, options);
}

/** A sheet's row has no cells behind its last value; a fault counts where somebody reads the column. */
function sheetRow({ line, cells, faults, broken }: SheetRow, columns: Columns): SourceRow {
  const { header } = columns;
  const row: SourceRow = { line, cells: Array.from(cells, (cell) => cell ?? '') };
  while (row.cells.length < header.length) row.cells.push('');
  if (broken !== undefined) row.fault = { field: '(row)', reason: `got ${broken}` };
  for (const [place, fault] of faults ?? []) {
    if (row.fault === undefined && columns.reads(place)) row.fault = { field: header[place]!, reason: `got ${fault}` };
  }
  return row;
}

type OpenedTable = Pick<RowFile, 'file' | 'encoding' | 'header' | 'rows' | 'sheet'>;

function openTable(opened: OpenedTable, tables: readonly Table[], options: OpenOptions): Opened {
  const { file, encoding, header } = opened;
  if (header.includes(LINE_COLUMN) && header.includes('refused_field'))
    return { table: undefined, rows: linesInTable(opened, options) };
  const table = tableOf(header, tables, options);
  if (table === undefined)
    throw new RefusedFile(file, `not a table of the mapping; expected a header with ${tablesInWords(tables, options)}`);
  const twice = Object.values(options.mapping.columns).find(
    (name) => header.includes(name) && header.indexOf(name) !== header.lastIndexOf(name),
  );
  if (twice !== undefined) throw new RefusedFile(file, `has the column ${twice} twice; expected it once`);

  const columns = new Columns(header, options.mapping);
  const cellsOf = (row: SourceRow): readonly string[] => {
    const { cells, fault, readable } = row;
    if (fault !== undefined) throw new RefusedRow(fault);
    if (cells.length !== header.length) {
      const reason = `got ${cells.length} cells; expected ${header.length}, as in the header`;
      throw new RefusedRow({ field: '(row)', reason });
    }
    if (readable !== true && hasUnreadable(cells))
      throw new RefusedRow({ field: '(row)', reason: `got bytes that are no character; expected ${encoding}` });
    return cells;
  };
  const rows: RowFile = {
    ...opened,
    row: (row) => new Row(cellsOf(row), columns, row.person),
    identityOf: columns.placeOf('certificate') < 0 ? () => undefined : (row) => identityIn(new Row(row.cells, columns)),
  };
  return { table, rows };
}

function hasUnreadable(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell.includes('\uFFFD')) return true;
  return false;
}

function tableOf(names: readonly string[], tables: readonly Table[], options: OpenOptions): Table | undefined {
  const { person, certificate } = options.mapping.columns;
  const there = (name: string) =>
    names.includes(name) || (name === person && options.identities === true && names.includes(certificate));
  return tables.find((table) => options.mapping.tables[table].every(there));
}

function tablesInWords(tables: readonly Table[], { mapping }: OpenOptions): string {
  const columns = tables.map((table) => `${table}: ${mapping.tables[table].join(', ')}`);
  return `the columns of one of ${columns.join(' | ')}`;
}

/** The name of the column in which JSON lines stand where they were refused. */
const LINE_COLUMN = 'event';

async function linesOf(file: string, options: OpenOptions): Promise<RowFile> {
  if (options.sheet !== undefined) throw new RefusedFile(file, 'is no workbook, so it has no sheet to be named');
  const encoding = await detectEncoding(file);
  return {
    file,
    encoding,
    header: [LINE_COLUMN],
    async *rows() {
      for await (const lines of jsonLines(textOf(file, encoding)))
        yield lines.map(({ line, text, broken }) =>
          broken === undefined
            ? { line, cells: [text] }
            : { line, cells: [text], fault: { field: '(line)', reason: `got ${broken}` } },
        );
    },
    ...objectRows(encoding, options),
  };
}

/** Refused JSON lines that come back mended, in the table into which they were written. */
function linesInTable(opened: OpenedTable, options: OpenOptions): RowFile {
  const place = opened.header.indexOf(LINE_COLUMN);
  return {
    ...opened,
    header: [LINE_COLUMN],
    async *rows() {
      for await (const rows of opened.rows())
        yield rows.map(({ line, cells, fault }) => ({ line, cells: [cells[place] ?? ''], ...(fault && { fault }) }));
    },
    ...objectRows(opened.encoding, options),
  };
}

/** Objects as rows: their names are columns, what is null or absent is an empty cell. */
function objectRows(encoding: Encoding, { mapping }: OpenOptions): Pick<RowFile, 'row' | 'identityOf'> {
  const header = Object.values(mapping.columns);
  const columns = new Columns(header, mapping);
  const cellsOf = (row: SourceRow) => {
    const value = valueOf(row, encoding);
    return header.map((name) => cellOf(name, Object.hasOwn(value, name) ? value[name] : undefined));
  };
  return {
    row: (row) => new Row(cellsOf(row), columns, row.person),
    identityOf(row) {
      try {
        return isEvent(valueOf(row, encoding)) ? undefined : identityIn(new Row(cellsOf(row), columns));
      } catch (error) {
        if (error instanceof RefusedRow) return undefined;
        throw error;
      }
    },
  };
}

function cellOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(Math.trunc(value))) return String(value);
  throw new RefusedRow({
    field: name,
    reason: `got ${typeof value === 'number' ? 'a number that no row can hold' : `a ${Array.isArray(value) ? 'list' : typeof value}`}; expected a text, a number or null`,
  });
}

async function kindOfLines(rows: RowFile, _mapping: Mapping, options: OpenOptions): Promise<FileKind> {
  for await (const [first] of rows.rows()) {
    if (first === undefined) continue;
    try {
      const value = valueOf(first, rows.encoding);
      if (isEvent(value)) return 'events';
      return (tableOf(Object.keys(value), ['payments', 'relations'], options) as FileKind | undefined) ?? 'events';
    } catch (error) {
      if (error instanceof RefusedRow) return 'events';
      throw error;
    }
  }
  return 'events';
}

type JsonRow = Record<string, unknown>;

/** The object that a line holds. Throws `RefusedRow`. */
function valueOf({ cells, fault }: SourceRow, encoding: Encoding): JsonRow {
  if (fault !== undefined) throw new RefusedRow(fault);
  const text = cells[0] ?? '';
  if (text.includes('\uFFFD'))
    throw new RefusedRow({ field: '(line)', reason: `got bytes that are no character; expected ${encoding}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RefusedRow({ field: '(line)', reason: `not JSON; ${withoutText(error as Error)}` });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RefusedRow({ field: '(line)', reason: 'got no object; expected an event, or a row as an object' });
  return value as JsonRow;
}

/** JSON's complaint without the piece of the text that it quotes, which may be personal. */
function withoutText({ message }: Error): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined
    ? 'expected a JSON object'
    : `expected a JSON object; it breaks at character ${position}`;
}

function isEvent(value: JsonRow): boolean {
  return Object.hasOwn(value, 'type') || Object.hasOwn(value, 'effectiveOn');
}

/** An envelope of the contract. Its id, where it has none, is made from its content. */
function factOf(input: JsonRow, { actor, migratedFrom }: Omit<RowContext, 'source'>): LedgerEvent {
  const parsed = parseEvent(input, { recordedAt: STAMPED_LATER, ...makingIds });
  if (!parsed.ok) throw new RefusedRow({ field: parsed.faults[0]!.field, reason: describeFaults(parsed.faults) });
  const { event } = parsed;
  event.metadata.actor ??= actor;
  if (input['recordedAt'] === undefined) return written(event);
  event.metadata.migratedFrom ??= migratedFrom;
  if (event.metadata.migratedFrom === undefined) {
    throw new RefusedRow({
      field: 'recordedAt',
      reason:
        'expected it left out, because the ledger stamps it; history from elsewhere keeps its time with --migrated-from',
    });
  }
  return written(event);
}

function identityIn(row: Row): IdentityRow | undefined {
  const certificate = row.text('certificate');
  if (certificate === '') return undefined;
  const some = (word: ColumnWord) => row.text(word) || undefined;
  return { person: some('person'), certificate, certificateType: some('certificateType'), name: some('name') };
}
