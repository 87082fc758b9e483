import { hash } from 'node:crypto';
import {
  contentKey,
  describeFaults,
  deterministicId,
  isEmployerId,
  isPersonId,
  parseEvent,
  personStream,
  type EventType,
  type LedgerEvent,
  type Participation,
  type Scheme,
  type Source,
} from '../../events';
import { RefusedRow, type Row } from './row';

/** Where a row belongs, besides what it says. */
export interface RowContext {
  /** The region of rows that name none. */
  region?: string;
  actor: string;
  source: Source;
  /** The system whose history it is; rows then keep the time at which it recorded them. */
  migratedFrom?: string;
}

/** The person of a row: the agency's own number, never an identity number. */
export function personOf(row: Row): string {
  const person = row.text('person');
  if (isPersonId(person)) return person;
  return row.refuse(
    'person',
    'the agency’s own number for the person, up to 64 letters, digits and . _ : -, never an identity number',
  );
}

export function regionOf(row: Row, { region }: RowContext): string {
  const written = row.text('region') || region || '';
  return /^[1-9]\d{5}$/.test(written)
    ? written
    : row.refuse('region', 'a region code of six digits (or the option --region)');
}

/** The employer of a row, where it can name one. */
export function employerOf(row: Row): string | undefined {
  const employer = row.text('employer');
  if (employer === '') return undefined;
  if (isEmployerId(employer)) return employer;
  row.exception('employer', 'no usable id');
  return undefined;
}

/** Scheme and participation, from the codes for insurance, person and employer. */
export function relationOf(row: Row): { scheme: Scheme; participation?: Participation } {
  const { mapping } = row;
  const category = row.text('category');
  const meaning = longestBeginning(category, mapping.category);
  if (category !== '' && (meaning === undefined || meaning.exception === true)) row.exception('category');

  const written = row.code('scheme', mapping.scheme);
  if (written === 'outside') return row.refuse('scheme', 'a basic medical insurance; this one lies outside the ledger');
  const scheme = written ?? meaning?.scheme;
  if (scheme === undefined) return row.refuse('scheme', 'a known code, or a person category that tells the scheme');

  const fits = meaning?.scheme === undefined || meaning.scheme === scheme;
  if (!fits) row.exception('category', `not of the ${scheme} scheme`);
  const special = scheme === 'employee' ? mapping.employerKind[row.text('employerKind')] : undefined;
  return { scheme, participation: special ?? (fits ? meaning?.participation : undefined) };
}

/**
 * Makes the event of a row, with an id that its content gives: the same fact has the same id in every extract. A migrated row's
 * time of recording is that of its last change; what stood before it was learned on its own day.
 */
export function factOf(
  row: Row,
  type: EventType,
  person: string,
  effectiveOn: string,
  data: object,
  context: RowContext,
  recorded: 'withRow' | 'onItsDay' = 'withRow',
): LedgerEvent {
  const { actor, source, migratedFrom } = context;
  const metadata: Record<string, unknown> = { source, actor };
  let recordedAt = STAMPED_LATER;
  if (migratedFrom !== undefined) {
    metadata['migratedFrom'] = migratedFrom;
    recordedAt = (recorded === 'withRow' ? row.instant('recordedAt') : undefined) ?? effectiveOn;
  }
  if (row.exceptions.length > 0) metadata['exceptions'] = [...row.exceptions];
  const parsed = parseEvent({ type, stream: personStream(person), effectiveOn, recordedAt, data, metadata }, makingIds);
  if (!parsed.ok) throw new RefusedRow({ field: parsed.faults[0]!.field, reason: describeFaults(parsed.faults) });
  return parsed.event;
}

/** An event that brings no id is named by its content. */
export const makingIds = {
  makeId: (event: Omit<LedgerEvent, 'id'>) => deterministicId(contentKey(event), nativeSha1),
};

/** Every row of an extract is named, so the platform's own SHA-1 is used: several times as fast. */
function nativeSha1(message: Uint8Array): string {
  return hash('sha1', message, 'hex');
}

/** The recorder stamps what is new; until then the fact carries this. */
export const STAMPED_LATER = '1900-01-01T00:00:00.000+08:00';

function longestBeginning<T>(code: string, meanings: Readonly<Record<string, T>>): T | undefined {
  for (let length = code.length; length > 0; length--) {
    const beginning = code.slice(0, length);
    if (Object.hasOwn(meanings, beginning)) return meanings[beginning];
  }
  return undefined;
}
