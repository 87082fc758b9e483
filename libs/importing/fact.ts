import { hash } from 'node:crypto';
import { toInstant } from '../calendar';
import { WrittenFact, asEvent, written } from '../ledger';
import {
  contentKey,
  describeFaults,
  deterministicId,
  employeeParticipations,
  isEmployerId,
  isPersonId,
  parseEvent,
  personStream,
  registry,
  residentParticipations,
  type EventType,
  type LedgerEvent,
  type Participation,
  type Scheme,
  type Source,
} from '../../events';
import { Readings, RefusedRow, type Row } from './row';

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
  if (person === last?.person || isPersonId(person)) return person;
  return row.refuse(
    'person',
    'the agency’s own number for the person, up to 64 letters, digits and . _ : -, never an identity number',
  );
}

export function regionOf(row: Row, { region }: RowContext): string {
  const written = row.text('region') || region || '';
  return regions.of(written) ?? row.refuse('region', 'a region code of six digits (or the option --region)');
}

const regions = new Readings((text) => (/^[1-9]\d{5}$/.test(text) ? text : undefined));

/** The employer of a row, where it can name one. */
export function employerOf(row: Row): string | undefined {
  const employer = row.text('employer');
  if (employer === '') return undefined;
  const known = employers.of(employer);
  if (known === undefined) row.exception('employer', 'no usable id');
  return known;
}

const employers = new Readings((text) => (isEmployerId(text) ? text : undefined));

/** Scheme and participation, from the codes for insurance, person and employer. */
export function relationOf(row: Row): { scheme: Scheme; participation?: Participation } {
  const meaning = row.category();
  if (meaning === undefined ? row.text('category') !== '' : meaning.exception === true) row.exception('category');

  const written = row.code('scheme');
  if (written === 'outside') return row.refuse('scheme', 'a basic medical insurance; this one lies outside the ledger');
  const scheme = written ?? meaning?.scheme;
  if (scheme === undefined) return row.refuse('scheme', 'a known code, or a person category that tells the scheme');

  const fits = meaning?.scheme === undefined || meaning.scheme === scheme;
  if (!fits) row.exception('category', `not of the ${scheme} scheme`);
  const special = scheme === 'employee' ? row.knownCode('employerKind') : undefined;
  return { scheme, participation: special ?? (fits ? meaning?.participation : undefined) };
}

/** What a row becomes an event from. */
interface Statement {
  type: EventType;
  person: string;
  effectiveOn: string;
  data: object;
  /** When a migrated row's system learned it: with the row's last change, or on its own day as what stood before that. */
  recorded?: 'withRow' | 'onItsDay';
}

/**
 * Makes the event of a row, with an id that its content gives: the same fact has the same id in every extract. Throws `RefusedRow`
 * where the door does not let it in.
 */
export function factOf(row: Row, statement: Statement, context: RowContext): LedgerEvent {
  const { type, person, effectiveOn, data } = statement;
  const { actor, source, migratedFrom } = context;
  const metadata: Record<string, unknown> = { source, actor };
  if (migratedFrom !== undefined) metadata['migratedFrom'] = migratedFrom;
  if (row.exceptions.length > 0) metadata['exceptions'] = [...row.exceptions];
  const recordedAt = recordedAtOf(row, statement, context);
  const parsed = parseEvent({ type, stream: personStream(person), effectiveOn, recordedAt, data, metadata }, makingIds);
  if (!parsed.ok) throw new RefusedRow({ field: parsed.faults[0]!.field, reason: describeFaults(parsed.faults) });
  return written(parsed.event);
}

/**
 * As `factOf`, for data whose every field was read by a rule at least as strict as the door's, its fields in the order in which
 * they are declared: not checked again, which is most of what a row would cost. A test holds both to the same.
 */
export function plainFactOf(
  row: Row,
  statement: Statement,
  context: RowContext,
  dataText = JSON.stringify(statement.data),
): LedgerEvent {
  const { type, person, effectiveOn } = statement;
  const metadataText = row.exceptions.length > 0 ? undefined : plainMetadata(type, effectiveOn, context);
  if (metadataText === undefined) return factOf(row, statement, context);
  const stream = streamOf(person);
  return asEvent(
    new WrittenFact({
      // As `contentKey` has it.
      id: deterministicId(`["${stream}","${type}","${effectiveOn}",${dataText}]`, nativeSha1),
      type,
      stream,
      effectiveOn,
      recordedAt: recordedAtOf(row, statement, context),
      migrated: context.migratedFrom !== undefined,
      dataText,
      metadataText,
    }),
  );
}

/** The rows of a person stand together more often than not: one text for all of them, looked up the faster. */
function streamOf(person: string): string {
  if (person !== last?.person) last = { person, stream: personStream(person) };
  return last.stream;
}

let last: { person: string; stream: string } | undefined;

function recordedAtOf(
  row: Row,
  { effectiveOn, recorded = 'withRow' }: Statement,
  { migratedFrom }: RowContext,
): string {
  if (migratedFrom === undefined) return STAMPED_LATER;
  return (recorded === 'withRow' ? row.instant('recordedAt') : undefined) ?? toInstant(effectiveOn)!;
}

/** The metadata of rows that have nothing to remark, as text; undefined where the door would refuse it. */
function plainMetadata(type: EventType, effectiveOn: string, context: RowContext): string | undefined {
  let ofContext = plain.get(context);
  if (ofContext === undefined) plain.set(context, (ofContext = new Map()));
  let ofDay = ofContext.get(type);
  if (ofDay === undefined) {
    const beginning = beginningOf(type, context);
    ofDay = new Readings((day) => beginning && `${beginning}"effectiveOn":"${day}"}`);
    ofContext.set(type, ofDay);
  }
  return ofDay.of(effectiveOn);
}

const plain = new WeakMap<RowContext, Map<EventType, Readings<string>>>();

function beginningOf(type: EventType, { source, actor, migratedFrom }: RowContext): string | undefined {
  const metadata = { source, actor, migratedFrom };
  const anyEvent = { type: 'Died', person: 'anyone', effectiveOn: '2000-01-01', recordedAt: STAMPED_LATER, metadata };
  if (!parseEvent(anyEvent, makingIds).ok) return undefined;
  return `${JSON.stringify({ ...metadata, schemaVersion: registry[type].version }).slice(0, -1)},`;
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

/** Whether the participation, where there is one, is a word of the scheme. */
export function isOfScheme(participation: Participation | undefined, scheme: Scheme): boolean {
  return participation === undefined || OF_SCHEME[scheme].has(participation);
}

const OF_SCHEME: Readonly<Record<Scheme, ReadonlySet<string>>> = {
  employee: new Set(employeeParticipations),
  resident: new Set(residentParticipations),
};
