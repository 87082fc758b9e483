import { isDay, isMonth, toInstant, type Day, type Instant, type Month } from '../calendar';
import { hasIdentityShape } from '../../events';
import { LONGEST_CODE, type Category, type ColumnWord, type Mapping } from './mapping';

/** What is wrong with one cell of a row. The value is left out where it may be personal. */
export interface CellFault {
  /** The column's name in the file. */
  field: string;
  reason: string;
}

/** A row that becomes no event, and why. */
export class RefusedRow extends Error {
  override readonly name = 'RefusedRow';

  constructor(readonly fault: CellFault) {
    super(`${fault.field}: ${fault.reason}`);
  }
}

/** What texts were read as, so that those that come over and over are read once. */
export class Readings<T> {
  private readonly known = new Map<string, T>();
  /** Of one row after the other the same is said more often than not. */
  private lastText: string | undefined;
  private last: T | undefined;

  constructor(private readonly read: (text: string) => T | undefined) {}

  of(text: string): T | undefined {
    if (text === this.lastText) return this.last;
    let read = this.known.get(text);
    if (read === undefined) {
      read = this.read(text);
      if (read === undefined || text.length > LONGEST_KEPT) return read;
      if (this.known.size === MOST_KEPT) this.known.clear();
      this.known.set(text, read);
    }
    this.lastText = text;
    this.last = read;
    return read;
  }
}

const MOST_KEPT = 10_000;
/** Longer ones come again seldom, and are pieces of the file's text, which would be held with them. */
const LONGEST_KEPT = 12;

/** A column that the mapping names: where it stands in a file, if it does, and what its cells were read as. */
class Column {
  readonly days = new Readings((text) => (isDay(text) ? text : readDay(text)));
  readonly months = new Readings(readMonth);
  readonly amounts = new Readings(readFen);
  readonly codes: Readings<unknown>;

  constructor(
    readonly place: number,
    codes: Readonly<Record<string, unknown>>,
  ) {
    this.codes = new Readings((code) => (Object.hasOwn(codes, code) ? codes[code] : undefined));
  }
}

/** A column whose codes the mapping tells. */
type CodedWord = Exclude<Extract<ColumnWord, keyof Mapping>, 'category'>;

/** Where the columns of a table stand in a file. */
export class Columns {
  readonly categories: Readings<Category>;
  private readonly columns: Readonly<Record<ColumnWord, Column>>;

  constructor(
    readonly header: readonly string[],
    readonly mapping: Mapping,
  ) {
    this.columns = Object.fromEntries(
      Object.entries(mapping.columns).map(([word, name]) => [
        word,
        new Column(header.indexOf(name), (mapping[word as CodedWord] as Mapping[CodedWord] | undefined) ?? {}),
      ]),
    ) as Record<ColumnWord, Column>;
    this.categories = new Readings((code) => longestBeginning(code, mapping.category));
  }

  column(word: ColumnWord): Column {
    return this.columns[word];
  }

  /** Whether anything is read from the column at this place. */
  reads(place: number): boolean {
    return Object.values(this.mapping.columns).includes(this.header[place] ?? '');
  }

  placeOf(word: ColumnWord): number {
    return this.columns[word].place;
  }

  nameOf(word: ColumnWord): string {
    return this.mapping.columns[word];
  }
}

/** One row of an extract, its cells read as days, months, money and codes. Cells that cannot be read refuse the row. */
export class Row {
  /** Codes nobody knows, as `column=code`: kept for a person to look at. */
  readonly exceptions: string[] = [];

  constructor(
    private readonly cells: readonly string[],
    private readonly columns: Columns,
    /** The person whom an identity number stands for, instead of what the cell says. */
    private readonly person?: string,
  ) {}

  get mapping(): Mapping {
    return this.columns.mapping;
  }

  /** The cell without the spaces around it; empty where the file has no such column. */
  text(word: ColumnWord): string {
    if (word === 'person' && this.person !== undefined) return this.person;
    return this.cell(this.columns.column(word));
  }

  /** A code that the mapping knows; an unknown one is noted as an exception. Undefined for those and for an empty cell. */
  code<W extends CodedWord>(word: W): Mapping[W][string] | undefined {
    const meaning = this.knownCode(word);
    if (meaning === undefined && this.text(word) !== '') this.exception(word);
    return meaning;
  }

  /** As `code`, where an unknown one is nothing to remark. */
  knownCode<W extends CodedWord>(word: W): Mapping[W][string] | undefined {
    const column = this.columns.column(word);
    const code = this.cell(column);
    return code === '' ? undefined : (column.codes.of(code) as Mapping[W][string] | undefined);
  }

  /** What the mapping says of the category that begins the code, the longest that does. */
  category(): Category | undefined {
    return this.columns.categories.of(this.text('category'));
  }

  /** Keeps what stands in a cell as an exception. */
  exception(word: ColumnWord, reason?: string): void {
    const code = this.text(word);
    const shown = code.length > 40 || hasIdentityShape(code) ? `(${code.length} characters)` : code;
    this.exceptions.push(`${this.columns.nameOf(word)}=${shown}${reason === undefined ? '' : `: ${reason}`}`);
  }

  /** A day, written YYYY-MM-DD, YYYY/M/D or YYYYMMDD, with or without a time; undefined where the cell is empty. */
  day(word: ColumnWord): Day | undefined {
    const column = this.columns.column(word);
    const text = this.cell(column);
    if (text === '') return undefined;
    return column.days.of(text) ?? this.refuse(word, 'a day YYYY-MM-DD');
  }

  neededDay(word: ColumnWord, why: string): Day {
    return this.day(word) ?? this.refuse(word, `a day YYYY-MM-DD: ${why}`);
  }

  /** When a system recorded the row: a day, or a day and time in Asia/Shanghai; undefined where the cell is empty. */
  instant(word: ColumnWord): Instant | undefined {
    const day = this.day(word);
    if (day === undefined) return undefined;
    const time = /[ T](\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(this.text(word));
    if (!time) return toInstant(day);
    const clock = `${time[1]!.padStart(2, '0')}:${time[2]}:${time[3] ?? '00'}`;
    return toInstant(`${day}T${clock}+08:00`) ?? this.refuse(word, 'a day and time YYYY-MM-DD HH:mm:ss');
  }

  /** A month, written YYYYMM or YYYY-MM; undefined where the cell is empty. */
  month(word: ColumnWord): Month | undefined {
    const column = this.columns.column(word);
    const text = this.cell(column);
    if (text === '') return undefined;
    return column.months.of(text) ?? this.refuse(word, 'a month YYYYMM');
  }

  neededMonth(word: ColumnWord): Month {
    return this.month(word) ?? this.refuse(word, 'a month YYYYMM');
  }

  /** Money in yuan with at most two decimals, as fen; undefined where the cell is empty. */
  fen(word: ColumnWord): number | undefined {
    const column = this.columns.column(word);
    const text = this.cell(column);
    if (text === '') return undefined;
    return column.amounts.of(text) ?? this.refuse(word, 'an amount in yuan with at most two decimals');
  }

  private cell({ place }: Column): string {
    return place < 0 ? '' : trimmed(this.cells[place] ?? '');
  }

  /** Refuses the row for a cell: what stands there, and what was expected. */
  refuse(word: ColumnWord, expected: string): never {
    const text = this.text(word);
    const shown =
      text === '' ? 'nothing' : text.length > 40 || hasIdentityShape(text) ? `${text.length} characters` : `"${text}"`;
    throw new RefusedRow({ field: this.columns.nameOf(word), reason: `got ${shown}; expected ${expected}` });
  }
}

/** As `trim`, which costs a call even where there is nothing to trim. */
function trimmed(text: string): string {
  const { length } = text;
  return length === 0 || (isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(length - 1))) ? text : text.trim();
}

/** A character of ASCII that is seen: none of those that are trimmed. */
function isInk(code: number): boolean {
  return code > 32 && code < 127;
}

function readMonth(text: string): Month | undefined {
  const month = /^\d{6}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4)}` : text.replace('/', '-');
  return isMonth(month) ? month : undefined;
}

function readFen(text: string): number | undefined {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(text);
  if (!match) return undefined;
  const fen = +match[2]! * 100 + +(match[3] ?? '').padEnd(2, '0');
  return match[1] === '-' && fen !== 0 ? -fen : fen;
}

function readDay(text: string): Day | undefined {
  const match = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[ T]\d{1,2}:\d{2}.*)?$/.exec(text);
  if (!match || (match[2] === '' && text.replace(/[ T].*/, '').length !== 8)) return undefined;
  const day = `${match[1]}-${match[3]!.padStart(2, '0')}-${match[4]!.padStart(2, '0')}`;
  return isDay(day) ? day : undefined;
}

function longestBeginning<T>(code: string, meanings: Readonly<Record<string, T>>): T | undefined {
  for (let length = Math.min(code.length, LONGEST_CODE); length > 0; length--) {
    const beginning = code.slice(0, length);
    if (Object.hasOwn(meanings, beginning)) return meanings[beginning];
  }
  return undefined;
}
