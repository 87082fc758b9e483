import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import {
  fundModes,
  paidKinds,
  participations,
  schemes,
  terminationReasons,
  type FundMode,
  type PaidKind,
  type Participation,
  type Scheme,
  type TerminationReason,
} from '../../events';

/** Our words for the columns of the tables. */
const columnWords = [
  'person',
  'scheme',
  'category',
  'region',
  'employer',
  'employerKind',
  'fundMode',
  'recordedAt',
  'from',
  'through',
  'firstMonth',
  'status',
  'retired',
  'changeReason',
  'feeFrom',
  'feeThrough',
  'arrival',
  'kind',
  'paid',
  'reversal',
  'unitYuan',
  'personYuan',
  'lateFeeYuan',
  'certificate',
  'certificateType',
  'name',
  'coveredThrough',
  'paidThrough',
  'paidMonths',
] as const;
export type ColumnWord = (typeof columnWords)[number];

export interface Category {
  scheme?: Scheme;
  participation?: Participation;
  exception?: boolean;
}

/** How the columns and codes of extracts become words of the events. Data, read from a file. */
export interface Mapping {
  tables: { relations: string[]; payments: string[]; status: string[] };
  columns: Record<ColumnWord, string>;
  scheme: Record<string, Scheme | 'outside'>;
  category: Record<string, Category>;
  employerKind: Record<string, Participation>;
  fundMode: Record<string, FundMode>;
  status: Record<string, 'absent' | 'normal' | 'suspended' | 'invalid' | 'terminated'>;
  changeReason: Record<string, TerminationReason>;
  kind: Record<string, PaidKind | 'refund' | 'outside'>;
  paid: Record<string, 'paid' | 'assessed'>;
  reversal: Record<string, 'standing' | 'reversed' | 'reversal'>;
}

/** The longest code that a mapping may name, in characters. */
export const LONGEST_CODE = 64;

/** A mapping that cannot be used: which file, where in it, and what was expected. */
export class RefusedMapping extends Error {
  override readonly name = 'RefusedMapping';

  constructor(
    readonly file: string,
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${file}: ${path === '' ? '' : `${path}: `}${reason}`);
  }
}

/** The national mapping, or an agency's own file laid over it. Throws `RefusedMapping`. */
export function loadMapping(file?: string): Mapping {
  const national = read(NATIONAL.find((path) => existsSync(path)) ?? NATIONAL[0]!);
  if (file === undefined) return national;
  const mapping = overlay(national, read(file));
  for (const [word, column] of Object.entries(mapping.columns)) {
    const other = Object.entries(mapping.columns).find(([one, name]) => one !== word && name === column);
    if (other)
      throw new RefusedMapping(file, `columns.${word}`, `expected a column of its own; ${column} is ${other[0]}`);
  }
  return mapping;
}

/** Beside this program; a build that compiles and copies nothing finds it among the sources. */
const NATIONAL = [__dirname, join(__dirname, '..', '..', '..', 'libs', 'importing')].map((folder) =>
  join(folder, 'mappings', 'national.yaml'),
);

const CODES: Readonly<Record<string, readonly string[]>> = {
  scheme: [...schemes, 'outside'],
  employerKind: participations,
  fundMode: fundModes,
  status: ['absent', 'normal', 'suspended', 'invalid', 'terminated'],
  changeReason: terminationReasons,
  kind: [...paidKinds, 'refund', 'outside'],
  paid: ['paid', 'assessed'],
  reversal: ['standing', 'reversed', 'reversal'],
};
const SECTIONS = ['tables', 'columns', 'category', ...Object.keys(CODES)];

function read(file: string): Mapping {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new RefusedMapping(file, '', `cannot be read: ${(error as Error).message}`);
  }
  const document = parseDocument(text, { version: '1.2', logLevel: 'error' });
  const [broken] = document.errors;
  if (broken) throw new RefusedMapping(file, '', broken.message);
  const written = fields(file, '', plain(file, document));
  for (const section of Object.keys(written)) {
    if (!SECTIONS.includes(section)) throw new RefusedMapping(file, section, `expected one of ${SECTIONS.join(', ')}`);
  }
  for (const [section, words] of Object.entries(CODES)) {
    for (const [code, word] of Object.entries(fields(file, section, written[section]))) {
      if (!words.includes(word as string)) {
        throw new RefusedMapping(file, `${section}.${code}`, `expected one of ${words.join(', ')}; got ${shown(word)}`);
      }
    }
  }
  for (const [word, column] of Object.entries(fields(file, 'columns', written['columns']))) {
    if (!(columnWords as readonly string[]).includes(word)) {
      throw new RefusedMapping(file, `columns.${word}`, `expected one of ${columnWords.join(', ')}`);
    }
    if (typeof column !== 'string' || column.trim() === '')
      throw new RefusedMapping(file, `columns.${word}`, 'expected the name of a column');
  }
  for (const [code, category] of Object.entries(fields(file, 'category', written['category']))) {
    if (code.length > LONGEST_CODE)
      throw new RefusedMapping(
        file,
        `category.${code.slice(0, LONGEST_CODE)}…`,
        `expected at most ${LONGEST_CODE} characters`,
      );
    checkCategory(file, `category.${code}`, fields(file, `category.${code}`, category));
  }
  for (const [table, columns] of Object.entries(fields(file, 'tables', written['tables']))) {
    const listed =
      Array.isArray(columns) && columns.length > 0 && columns.every((column) => typeof column === 'string');
    if (!['relations', 'payments', 'status'].includes(table) || !listed) {
      throw new RefusedMapping(
        file,
        `tables.${table}`,
        'expected relations, payments or status, each a list of column names',
      );
    }
  }
  return Object.fromEntries(SECTIONS.map((section) => [section, written[section] ?? {}])) as unknown as Mapping;
}

/** The document as plain values; aliases that multiply are refused. */
function plain(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new RefusedMapping(file, '', (error as Error).message);
  }
}

function checkCategory(
  file: string,
  path: string,
  { scheme, participation, exception, ...more }: Record<string, unknown>,
): void {
  const fits =
    (scheme === undefined || schemes.includes(scheme as Scheme)) &&
    (participation === undefined || participations.includes(participation as Participation)) &&
    (exception === undefined || typeof exception === 'boolean') &&
    Object.keys(more).length === 0;
  if (!fits)
    throw new RefusedMapping(file, path, 'expected scheme, participation and exception, in the words of the events');
}

function fields(file: string, path: string, value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RefusedMapping(file, path, `expected a mapping, got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a mapping' : String(JSON.stringify(value)).slice(0, 60);
}

function overlay(base: Mapping, own: Mapping): Mapping {
  return Object.fromEntries(
    SECTIONS.map((section) => [
      section,
      { ...(base[section as never] as object), ...(own[section as never] as object) },
    ]),
  ) as unknown as Mapping;
}
