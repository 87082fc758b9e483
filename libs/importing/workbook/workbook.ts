import { posix } from 'node:path';
import { LONGEST_RECORD, tooLong } from '../record-limits';
import { numberFormat, textOfNumber, type NumberFormat } from './number-formats';
import { SharedTexts } from './shared-texts';
import { XmlReader, type XmlListener } from './xml';
import { BrokenWorkbook, openZip, type Zip } from './zip';

/** A row of a sheet: the texts that a CSV of it would hold. */
export interface SheetRow {
  /** The row's number in the sheet. */
  line: number;
  cells: string[];
  /** Cells that hold no value, by place, and why. */
  faults?: Map<number, string>;
  /** Why the row is none. */
  broken?: string;
}

/** A sheet of a workbook, to be read as often as needed, row by row and in constant memory. */
export interface Sheet {
  name: string;
  rows(): AsyncGenerator<SheetRow[]>;
}

/**
 * Opens a sheet of a workbook (XLSX): the named one, or the first. Reads its parts once, so that a damaged or swelling archive
 * is found before a row is handed out. Throws `BrokenWorkbook`.
 */
export async function openSheet(file: string, wanted?: string): Promise<Sheet> {
  const zip = await openZip(file);
  const book = await workbookOf(zip);
  const { sheets } = book;
  const sheet = wanted === undefined ? sheets[0] : sheets.find(({ name }) => name === wanted);
  if (sheet === undefined) {
    const names = sheets.map(({ name }) => `"${name.slice(0, 40)}"`).slice(0, 20);
    throw new BrokenWorkbook(
      sheets.length === 0 ? 'the workbook has no sheet' : `expected one of its sheets ${names.join(', ')}`,
    );
  }
  for await (const _chunk of zip.read(sheet.part));
  const formats = book.styles === undefined ? [] : await formatsOf(zip, book.styles);
  return { name: sheet.name, rows: () => rowsOf(zip, sheet.part, { ...book, formats }) };
}

interface Workbook {
  sheets: { name: string; part: string }[];
  since1904: boolean;
  sharedTexts: string | undefined;
  styles: string | undefined;
}

async function workbookOf(zip: Zip): Promise<Workbook> {
  const main = (await relations(zip, '')).find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (!zip.has(main)) throw new BrokenWorkbook('the archive holds no workbook');
  const related = await relations(zip, main);
  const sheets: { name: string; relation: string | undefined }[] = [];
  let since1904 = false;
  await readXml(zip, main, {
    open(name, attributes) {
      if (name === 'workbookPr') since1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name === 'sheet') sheets.push({ name: attributes['name'] ?? '', relation: attributes['id'] });
    },
    text: nothing,
    close: nothing,
  });
  const partOf = (wanted: string) => related.find(({ type, target }) => type === wanted && zip.has(target))?.target;
  return {
    since1904,
    sharedTexts: partOf('sharedStrings'),
    styles: partOf('styles'),
    sheets: sheets.flatMap(({ name, relation }) => {
      const found = related.find(({ id, type }) => id === relation && type === 'worksheet');
      return found === undefined ? [] : [{ name, part: found.target }];
    }),
  };
}

interface Relation {
  id: string;
  type: string;
  target: string;
}

/** What a part points to, as names of parts. */
async function relations(zip: Zip, part: string): Promise<Relation[]> {
  const file = posix.join(posix.dirname(part), '_rels', `${posix.basename(part)}.rels`);
  const found: Relation[] = [];
  if (!zip.has(file)) return found;
  await readXml(zip, file, {
    open(name, { Id = '', Type = '', Target = '', TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(posix.dirname(part), Target);
      found.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target });
    },
    text: nothing,
    close: nothing,
  });
  return found;
}

/** The format of each style that cells name by number. */
async function formatsOf(zip: Zip, part: string): Promise<NumberFormat[]> {
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let inCells = false;
  await readXml(zip, part, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells && formats.length < MOST_STYLES) {
        const id = Number(attributes['numFmtId'] ?? 0);
        formats.push(numberFormat(id, codes.get(id)));
      }
    },
    text: nothing,
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return formats;
}

const MOST_STYLES = 100_000;
const MOST_COLUMNS = 16_384;

async function* rowsOf(
  zip: Zip,
  part: string,
  book: Workbook & { formats: readonly NumberFormat[] },
): AsyncGenerator<SheetRow[]> {
  const texts = new SharedTexts();
  try {
    if (book.sharedTexts !== undefined) await readXml(zip, book.sharedTexts, new SharedTextListener(texts));
    const listener = new SheetListener(texts, book.formats, book.since1904);
    for await (const _piece of xmlPieces(zip, part, listener)) {
      const rows = listener.take();
      if (rows.length > 0) yield rows;
    }
  } finally {
    texts.close();
  }
}

/** Gathers the shared texts; readings in another script (`rPh`) are not part of them. */
class SharedTextListener implements XmlListener {
  private text_ = '';
  private inText = false;
  private inReading = false;

  constructor(private readonly texts: SharedTexts) {}

  open(name: string): void {
    if (name === 'si') this.text_ = '';
    else if (name === 'rPh') this.inReading = true;
    else if (name === 't') this.inText = !this.inReading;
  }

  text(text: string): void {
    if (!this.inText) return;
    this.text_ += text;
    if (this.text_.length > LONGEST_RECORD) throw new BrokenWorkbook(`a text of the workbook is ${tooLong}`);
  }

  close(name: string): void {
    if (name === 't') this.inText = false;
    else if (name === 'rPh') this.inReading = false;
    else if (name === 'si') this.texts.add(unescaped(this.text_));
  }
}

/** Gathers the rows of a sheet. Empty rows are passed over. */
class SheetListener implements XmlListener {
  private rows: SheetRow[] = [];
  private row: SheetRow | undefined;
  private line = 0;
  private characters = 0;
  private place = -1;
  private type = '';
  private style = 0;
  private value: string | undefined;
  private formula = false;
  private reads = false;
  private inReading = false;

  constructor(
    private readonly texts: SharedTexts,
    private readonly formats: readonly NumberFormat[],
    private readonly since1904: boolean,
  ) {}

  take(): SheetRow[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row': {
        const number = Number(attributes['r']);
        this.line = Number.isSafeInteger(number) && number > this.line ? number : this.line + 1;
        this.row = { line: this.line, cells: [] };
        this.characters = 0;
        this.place = -1;
        break;
      }
      case 'c':
        this.place = placeOf(attributes['r']) ?? this.place + 1;
        this.type = attributes['t'] ?? 'n';
        this.style = Number(attributes['s'] ?? 0);
        this.value = undefined;
        this.formula = false;
        break;
      case 'f':
        this.formula = true;
        break;
      case 'v':
        this.reads = true;
        this.value = '';
        break;
      case 'is':
        this.value = '';
        break;
      case 'rPh':
        this.inReading = true;
        break;
      case 't':
        this.reads = this.value !== undefined && !this.inReading;
        break;
      default:
    }
  }

  text(text: string): void {
    if (this.reads && (this.value?.length ?? 0) <= LONGEST_RECORD) this.value = (this.value ?? '') + text;
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
        this.reads = false;
        break;
      case 'rPh':
        this.inReading = false;
        break;
      case 'c':
        this.endCell();
        break;
      case 'row':
        if (
          this.row !== undefined &&
          (this.row.cells.some((cell) => cell !== '') || this.row.faults || this.row.broken)
        )
          this.rows.push(this.row);
        this.row = undefined;
        break;
      default:
    }
  }

  private endCell(): void {
    const { row, place } = this;
    if (row === undefined || place >= MOST_COLUMNS) return;
    const read = this.read();
    const fault = typeof read === 'string' ? undefined : read.fault;
    const text = typeof read === 'string' ? read : read.shown;
    if (text === '' && fault === undefined) return;
    this.characters += text.length;
    if (this.characters > LONGEST_RECORD) {
      row.broken = tooLong;
      return;
    }
    while (row.cells.length < place) row.cells.push('');
    row.cells[place] = text;
    if (fault !== undefined) (row.faults ??= new Map()).set(place, fault);
  }

  private read(): string | { shown: string; fault: string } {
    const { value, type, formula } = this;
    if (value === undefined)
      return formula
        ? { shown: '', fault: 'a formula without its value; expected a workbook saved after it was calculated' }
        : '';
    switch (type) {
      case 's': {
        const text = this.texts.get(Number(value));
        return text ?? { shown: '', fault: 'a text that the workbook does not hold' };
      }
      case 'str':
      case 'inlineStr':
        return unescaped(value);
      case 'b':
        return value.trim() === '1' ? 'TRUE' : 'FALSE';
      case 'e':
        return { shown: value, fault: `the error ${value.slice(0, 20)}; expected a value` };
      case 'd':
        return value
          .trim()
          .replace('T', ' ')
          .replace(/ 00:00:00(\.0+)?Z?$/, '');
      default: {
        const number = Number(value);
        if (value.trim() === '') return '';
        if (!Number.isFinite(number)) return { shown: value, fault: 'a number that is none' };
        return textOfNumber(number, this.formats[this.style] ?? 'plain', this.since1904);
      }
    }
  }
}

/** The place of a column, from 0: `C7` stands at 2. */
function placeOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  let place = 0;
  for (let index = 0; index < letters.length; index++) place = place * 26 + letters.charCodeAt(index) - 64;
  return place - 1;
}

/** Characters that XML cannot hold stand in a sheet as `_x000D_`. */
function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : text;
}

async function readXml(zip: Zip, part: string, listener: XmlListener): Promise<void> {
  for await (const _piece of xmlPieces(zip, part, listener));
}

async function* xmlPieces(zip: Zip, part: string, listener: XmlListener): AsyncGenerator<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = new XmlReader(part, listener);
  const decoded = (chunk?: Buffer) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new BrokenWorkbook(`the part ${part} is not UTF-8`, { cause });
    }
  };
  for await (const chunk of zip.read(part)) {
    reader.write(decoded(chunk));
    yield;
  }
  reader.write(decoded());
  reader.end();
  yield;
}

function nothing(): void {
  // Other parts of the XML say nothing about values.
}
