import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import {
  InvalidEvent,
  describeFaults,
  eventTypes,
  fieldNames,
  parseEvent,
  parseEventOrThrow,
  registry,
  validateCorrection,
  type EventType,
  type Fault,
} from '.';
import { nestedField } from './fields';

type Fields = Record<string, unknown>;

const paid: Fields = {
  scheme: 'employee',
  region: '211200',
  kind: 'regular',
  feeMonths: { from: '2022-05', through: '2022-05' },
};
const annual: Fields = { scheme: 'resident', region: '211200', kind: 'annual', benefitYear: 2022 };
const registered: Fields = { scheme: 'employee', region: '211200', participation: 'employed' };
const number = '11010519491231002X';

function envelope(type: string, data: unknown, changes: Fields = {}): Fields {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    type,
    person: 'P',
    effectiveOn: '2022-05-16',
    recordedAt: '2022-05-16T09:30:00+08:00',
    data,
    ...changes,
  };
}

function faultsOf(input: unknown): Fault[] {
  const parsed = parseEvent(input);
  return parsed.ok ? [] : parsed.faults;
}

const without = (fields: Fields, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

describe('the door lets in', () => {
  it('an event of a person, in the ledger’s own form', () => {
    expect(parseEventOrThrow(envelope('Paid', paid, { recordedAt: '2022-05-16T01:30:00Z' }))).toEqual({
      id: '00000000-0000-4000-8000-000000000001',
      type: 'Paid',
      stream: 'person-P',
      effectiveOn: '2022-05-16',
      recordedAt: '2022-05-16T09:30:00.000+08:00',
      data: paid,
      metadata: { schemaVersion: 1 },
    });
  });

  it.each<[string, Fields]>([
    [
      'a lump sum that buys months',
      envelope('Paid', { ...without(paid, 'feeMonths'), kind: 'lumpSum', monthsBought: 28 }),
    ],
    ['a lump sum for named months', envelope('Paid', { ...paid, kind: 'lumpSum' })],
    ['a resident year', envelope('Paid', annual)],
    ['a leap day', envelope('Died', {}, { effectiveOn: '2024-02-29' })],
    ['no data where the type has no fields', without(envelope('Died', {}), 'data')],
    ['a day as the time of recording', envelope('Died', {}, { recordedAt: '2022-05-16' })],
    ['money of nothing', envelope('Paid', { ...paid, unitFen: 0 })],
    ['a person known by birth date alone', envelope('Identified', { birthDate: '2022-11-20' })],
    ['a person known by sex alone', envelope('Identified', { sex: 'male' })],
    ['a short id', envelope('Died', {}, { id: 'e-1' })],
    ['a person number of 22 digits', envelope('Died', {}, { person: '2112000000000001234567' })],
    [
      'an employer whose credit code is digits alone',
      envelope('Registered', { ...registered, employerId: '914403001922038216' }),
    ],
    ['a value said in percent', reference('employerRatePercent', 7.5)],
    ['a scheme start by month', reference('schemeStart', '2001-07')],
    ['a due day of the month', reference('dueOn', 25)],
    ['a permission', reference('recogniseOutOfProvinceActual', false)],
    ['a value of a new pack', reference('someNewThing', 'as announced')],
    [
      'a ruling for a person',
      envelope('RulingRecorded', { reading: 'A-07', choice: 'B', authority: 'bureau', region: '211200' }),
    ],
    ['its own output', { ...parseEventOrThrow(envelope('Paid', paid)) }],
  ])('%s', (_, input) => expect(faultsOf(input)).toEqual([]));

  it.each([
    ['RulingRecorded', { reading: 'A-07', choice: 'B', authority: 'bureau', region: '211200' }, 'region-211200'],
    [
      'CollectionPeriodAnnounced',
      { benefitYear: 2024, kind: 'collection', from: '2023-09-01', through: '2023-12-20', region: '610100' },
      'region-610100',
    ],
    ['EmployerClosed', { uscc: '91350100M000100Y43', region: '211200' }, 'employer-91350100M000100Y43'],
  ])('%s whose data names its stream', (type, data, stream) => {
    expect(parseEventOrThrow(without(envelope(type, data), 'person')).stream).toBe(stream);
  });

  it('a ruling without a stream for the default person, a region’s event not', () => {
    const ruling = without(
      envelope('RulingRecorded', { reading: 'A-07', choice: 'B', authority: 'bureau', region: '211200' }),
      'person',
    );
    expect(parseEventOrThrow(ruling, { person: 'Q' }).stream).toBe('person-Q');
    expect(
      parseEventOrThrow(without(reference('dueOn', 25, { region: '211200' }), 'stream'), { person: 'Q' }).stream,
    ).toBe('region-211200');
  });

  it('an event without id, recording time and stream where the caller has them', () => {
    const event = parseEventOrThrow(
      { type: 'Died', effectiveOn: '2022-05-16' },
      { stream: 'person-Q', recordedAt: '2022-05-17', makeId: ({ type, stream }) => `${type}.${stream}` },
    );
    expect(event).toMatchObject({
      id: 'Died.person-Q',
      stream: 'person-Q',
      recordedAt: '2022-05-17T00:00:00.000+08:00',
    });
  });

  it('a copy, so that nobody changes an event from outside', () => {
    const input = envelope('BackPaymentRequested', {
      scheme: 'employee',
      region: '360100',
      kind: 'unregistered',
      feeMonths: ['2023-05'],
      evidence: ['contract'],
    });
    const event = parseEventOrThrow(input);
    (input.data as { evidence: string[] }).evidence.push('changed');
    expect(event.data).toMatchObject({ evidence: ['contract'] });
  });
});

describe('the door refuses', () => {
  const PAYS_MONTHS =
    'the fee months { from, through } paid, or monthsBought when kind is lumpSum: the employee scheme is paid by the month';
  const SPAN = 'months { from, through }, each YYYY-MM';
  const FEN = 'a whole number of fen, 0 or more';
  const DAY = 'a day that exists, YYYY-MM-DD';
  const PERSON = 'a person id: up to 64 letters, digits and . _ : -, never an identity number';
  const PERSON_STREAM = 'person-<personId>, the id up to 64 letters, digits and . _ : - and never an identity number';
  const KNOWN_OF_SUSPENDED = 'no such field; known are scheme, region, reason';
  const relations = [
    { scheme: 'employee', region: '211200' },
    { scheme: 'resident', region: '211200' },
  ];

  it.each<[string, Fields, Fault]>([
    [
      'an unknown type',
      envelope('Levitated', {}),
      { field: 'type', value: 'Levitated', expected: 'an event type of the contract, such as Registered or Paid' },
    ],
    [
      'a type named like a property of every object',
      envelope('constructor', {}),
      { field: 'type', value: 'constructor', expected: 'an event type of the contract, such as Registered or Paid' },
    ],
    [
      'a day that does not exist',
      envelope('Died', {}, { effectiveOn: '2023-02-29' }),
      { field: 'effectiveOn', value: '2023-02-29', expected: DAY },
    ],
    [
      'no effective day',
      without(envelope('Died', {}), 'effectiveOn'),
      { field: 'effectiveOn', value: undefined, expected: DAY },
    ],
    [
      'a day with a clock',
      envelope('Died', {}, { effectiveOn: '2022-05-16T00:00:00' }),
      { field: 'effectiveOn', value: '2022-05-16T00:00:00', expected: DAY },
    ],
    [
      'no recording time',
      without(envelope('Died', {}), 'recordedAt'),
      { field: 'recordedAt', value: undefined, expected: 'an instant such as 2022-05-16T09:30:00+08:00, or a day' },
    ],
    [
      'a recording time without offset',
      envelope('Died', {}, { recordedAt: '2022-05-16T09:30:00' }),
      {
        field: 'recordedAt',
        value: '2022-05-16T09:30:00',
        expected: 'an instant such as 2022-05-16T09:30:00+08:00, or a day',
      },
    ],
    [
      'no id',
      without(envelope('Died', {}), 'id'),
      { field: 'id', value: undefined, expected: 'an event id: a UUID, or up to 64 letters, digits and . _ : -' },
    ],
    [
      'an unknown field of the envelope',
      envelope('Died', {}, { effective: '2022-05-16' }),
      {
        field: 'effective',
        value: '(a text of 10 characters)',
        expected:
          'no such field; known are id, type, stream, person, effectiveOn, recordedAt, position, revision, data, metadata',
      },
    ],
    [
      'an unknown field',
      envelope('Suspended', { scheme: 'employee', region: '220000', reason: 'moved', cause: 7 }),
      { field: 'data.cause', value: '(a number)', expected: KNOWN_OF_SUSPENDED },
    ],
    [
      'a field where there are none',
      envelope('Died', { place: 'home' }),
      { field: 'data.place', value: '(a text of 4 characters)', expected: 'no such field; there are none' },
    ],
    [
      'an unknown nested field',
      envelope('Paid', { ...paid, feeMonths: { from: '2022-05', through: '2022-05', count: 1 } }),
      { field: 'data.feeMonths.count', value: '(a number)', expected: 'no such field; known are from, through' },
    ],
    [
      'an unknown field of metadata',
      envelope('Died', {}, { metadata: { clerk: 'Zhang' } }),
      {
        field: 'metadata.clerk',
        value: '(a text of 5 characters)',
        expected:
          'no such field; known are source, actor, evidence, exceptions, correlationId, causationId, schemaVersion, migratedFrom, effectiveOn',
      },
    ],
    [
      'an unknown source',
      envelope('Died', {}, { metadata: { source: 'rumour' } }),
      {
        field: 'metadata.source',
        value: 'rumour',
        expected: 'one of agency, tax, police, civilAffairs, school, person, migration',
      },
    ],
    [
      'metadata of another day',
      envelope('Died', {}, { metadata: { effectiveOn: '2022-05-17' } }),
      { field: 'metadata.effectiveOn', value: '2022-05-17', expected: 'left out, or the effectiveOn of the event' },
    ],
    [
      'a version to come',
      envelope('Died', {}, { metadata: { schemaVersion: 2 } }),
      { field: 'metadata.schemaVersion', value: 2, expected: 'at most 1, the version of Died known here' },
    ],
    [
      'data that is a list',
      envelope('Died', []),
      { field: 'data', value: '(a list)', expected: 'an object with the fields of Died' },
    ],
    [
      'data that is null',
      envelope('Died', null),
      { field: 'data', value: null, expected: 'an object with the fields of Died' },
    ],
    [
      'months out of order',
      envelope('Paid', { ...paid, feeMonths: { from: '2022-09', through: '2022-05' } }),
      { field: 'data.feeMonths.through', value: '2022-05', expected: 'not before from (2022-09)' },
    ],
    [
      'a month that does not exist',
      envelope('Paid', { ...paid, feeMonths: { from: '2022-05', through: '2022-13' } }),
      { field: 'data.feeMonths.through', value: '2022-13', expected: 'a month YYYY-MM' },
    ],
    [
      'a span without its end',
      envelope('Paid', { ...paid, feeMonths: { from: '2022-05' } }),
      { field: 'data.feeMonths.through', value: undefined, expected: 'a month YYYY-MM' },
    ],
    [
      'a span of centuries',
      envelope('Paid', { ...paid, feeMonths: { from: '1922-05', through: '2022-05' } }),
      { field: 'data.feeMonths.through', value: '2022-05', expected: 'a month within 100 years of from' },
    ],
    [
      'months written short',
      envelope('Paid', { ...paid, feeMonths: '2022-05..2022-09' }),
      { field: 'data.feeMonths', value: '2022-05..2022-09', expected: SPAN },
    ],
    [
      'months as a list',
      envelope('Paid', { ...paid, feeMonths: ['2022-05'] }),
      { field: 'data.feeMonths', value: '(a list)', expected: SPAN },
    ],
    ['negative money', envelope('Paid', { ...paid, unitFen: -1 }), { field: 'data.unitFen', value: -1, expected: FEN }],
    ['broken fen', envelope('Paid', { ...paid, unitFen: 1.5 }), { field: 'data.unitFen', value: 1.5, expected: FEN }],
    [
      'money as text',
      envelope('Paid', { ...paid, personFen: '100' }),
      { field: 'data.personFen', value: '100', expected: FEN },
    ],
    [
      'money beyond exact numbers',
      envelope('Paid', { ...paid, personFen: 1e21 }),
      { field: 'data.personFen', value: 1e21, expected: FEN },
    ],
    [
      'no money in a number that is none',
      envelope('Paid', { ...paid, personFen: NaN }),
      { field: 'data.personFen', value: NaN, expected: FEN },
    ],
    [
      'a null where nothing is meant',
      envelope('Paid', { ...paid, unitFen: null }),
      { field: 'data.unitFen', value: null, expected: FEN },
    ],
    [
      'an employee payment without months',
      envelope('Paid', without(paid, 'feeMonths')),
      { field: 'data.feeMonths', value: undefined, expected: PAYS_MONTHS },
    ],
    [
      'a lump sum for nothing',
      envelope('Paid', { ...without(paid, 'feeMonths'), kind: 'lumpSum' }),
      { field: 'data.feeMonths', value: undefined, expected: PAYS_MONTHS },
    ],
    [
      'months bought by a regular payment',
      envelope('Paid', { ...paid, monthsBought: 3 }),
      { field: 'data.monthsBought', value: 3, expected: 'left out: only kind lumpSum buys months' },
    ],
    [
      'a lump sum of no months',
      envelope('Paid', { ...without(paid, 'feeMonths'), kind: 'lumpSum', monthsBought: 0 }),
      { field: 'data.monthsBought', value: 0, expected: 'a whole number of months, 1 to 1200' },
    ],
    [
      'a resident payment without its year',
      envelope('Paid', without(annual, 'benefitYear')),
      {
        field: 'data.benefitYear',
        value: undefined,
        expected: 'the benefit year paid, such as 2024: the resident scheme is paid by the year',
      },
    ],
    [
      'a resident payment for months',
      envelope('Paid', { ...annual, feeMonths: paid.feeMonths }),
      {
        field: 'data.feeMonths',
        value: '(an object)',
        expected: 'left out: the resident scheme is paid by benefitYear',
      },
    ],
    [
      'an employee payment for a year',
      envelope('Paid', { ...paid, benefitYear: 2022 }),
      { field: 'data.benefitYear', value: 2022, expected: 'left out: the employee scheme is paid by feeMonths' },
    ],
    [
      'a year as text',
      envelope('Paid', { ...annual, benefitYear: '2022' }),
      { field: 'data.benefitYear', value: '2022', expected: 'a calendar year such as 2024' },
    ],
    [
      'a participation of the other scheme',
      envelope('Registered', { ...registered, participation: 'newborn' }),
      { field: 'data.participation', value: 'newborn', expected: 'a participation of the scheme' },
    ],
    [
      'a scheme that is none',
      envelope('Registered', { ...registered, scheme: 'employe' }),
      { field: 'data.scheme', value: 'employe', expected: 'one of employee, resident' },
    ],
    [
      'a truth value as text',
      envelope('Registered', { ...registered, firstTime: 'yes' }),
      { field: 'data.firstTime', value: 'yes', expected: 'true or false' },
    ],
    [
      'a region of five digits',
      envelope('Registered', { ...registered, region: '21120' }),
      { field: 'data.region', value: '21120', expected: 'a region code of six digits' },
    ],
    [
      'a region as a number',
      envelope('Registered', { ...registered, region: 211200 }),
      { field: 'data.region', value: 211200, expected: 'a region code of six digits' },
    ],
    [
      'a termination for no known reason',
      envelope('Terminated', { scheme: 'resident', region: '211200', reason: 'other' }),
      {
        field: 'data.reason',
        value: 'other',
        expected: 'one of death, emigration, duplicate, transferOut, employeeRegistered, refund',
      },
    ],
    [
      'an empty reason',
      envelope('Voided', { target: 'e-1', reason: '' }),
      { field: 'data.reason', value: '', expected: 'a text of 1 to 500 characters without identity numbers' },
    ],
    [
      'a correction that corrects nothing',
      envelope('Corrected', { target: 'e-1', reason: 'misread' }),
      {
        field: 'data.effectiveOn',
        value: undefined,
        expected: 'the right effectiveOn, or data with the changed fields',
      },
    ],
    [
      'a correction by a function',
      envelope('Corrected', { target: 'e-1', reason: 'misread', data: { unitFen: () => 1 } }),
      { field: 'data.data', value: '(an object)', expected: 'an object of one or more fields with plain JSON values' },
    ],
    [
      'recognised years both ways',
      envelope('YearsRecognised', {
        kind: 'deemed',
        months: 3,
        span: paid.feeMonths,
        region: '211200',
        authority: 'agency',
      }),
      { field: 'data.span', value: '(an object)', expected: 'left out: months or span, not both' },
    ],
    [
      'recognised years neither way',
      envelope('YearsRecognised', { kind: 'deemed', region: '211200', authority: 'agency' }),
      {
        field: 'data.months',
        value: undefined,
        expected: 'a whole number of months, or the span { from, through } of them',
      },
    ],
    [
      'an assessment for both',
      envelope('Assessed', { ...without(annual, 'kind'), feeMonth: '2022-05' }),
      { field: 'data.benefitYear', value: 2022, expected: 'left out: feeMonth or benefitYear, not both' },
    ],
    [
      'a requested month out of the calendar',
      envelope('BackPaymentRequested', {
        scheme: 'employee',
        region: '360100',
        kind: 'unregistered',
        feeMonths: ['2023-05', '2023-00'],
      }),
      { field: 'data.feeMonths[1]', value: '2023-00', expected: 'a month YYYY-MM' },
    ],
    [
      'negative carried months',
      envelope('Transferred', { fromRegion: '360700', toRegion: '360100', carried: { deemed: -1 } }),
      { field: 'data.carried.deemed', value: -1, expected: 'a whole number of months, 0 to 1200' },
    ],
    [
      'a duplicate of one',
      envelope('DuplicateDetected', { relations: relations.slice(1), scope: 'crossScheme' }),
      { field: 'data.relations', value: '(a list)', expected: 'a list of 2 or more objects' },
    ],
    [
      'a duplicate with a wrong item',
      envelope('DuplicateDetected', {
        relations: [relations[0], { scheme: 'resident', region: 'x' }],
        scope: 'crossScheme',
      }),
      { field: 'data.relations[1].region', value: 'x', expected: 'a region code of six digits' },
    ],
    [
      'a duplicate with an item that is no relation',
      envelope('DuplicateDetected', { relations: [relations[0], null], scope: 'crossScheme' }),
      { field: 'data.relations[1]', value: null, expected: 'an object with named fields' },
    ],
    [
      'a resolution that retains nothing',
      envelope('DuplicateResolved', { relations, scope: 'crossScheme' }),
      { field: 'data.retained', value: undefined, expected: 'an object with named fields' },
    ],
    [
      'a residence that says nothing',
      envelope('ResidenceChanged', {}),
      {
        field: 'data.household',
        value: undefined,
        expected: 'a region code of six digits, or one of residencePermit, permitValidThrough, habitualResidence',
      },
    ],
    [
      'a period that ends before it begins',
      period({ from: '2023-09-01', through: '2023-08-31' }),
      { field: 'data.through', value: '2023-08-31', expected: 'not before from (2023-09-01)' },
    ],
    [
      'a person’s event in a region',
      envelope('Died', {}, { person: undefined, stream: 'region-211200' }),
      { field: 'stream', value: 'region-211200', expected: PERSON_STREAM },
    ],
    [
      'a region’s event at a person',
      { ...period(), stream: undefined, person: 'P' },
      { field: 'person', value: 'P', expected: 'left out; the stream is region-<code>, the code six digits' },
    ],
    [
      'a region’s event at another region',
      { ...period({ region: '360100' }) },
      { field: 'data.region', value: '360100', expected: 'left out, or the region of the stream (211200)' },
    ],
    [
      'an employer’s event at another employer',
      envelope('EmployerClosed', { uscc: 'E2', region: '211200' }, { person: undefined, stream: 'employer-E1' }),
      { field: 'data.uscc', value: 'E2', expected: 'the employer of the stream (E1)' },
    ],
    [
      'a stream of no kind',
      envelope('Died', {}, { person: undefined, stream: 'people-P' }),
      { field: 'stream', value: 'people-P', expected: PERSON_STREAM },
    ],
    [
      'no stream',
      envelope('Died', {}, { person: undefined }),
      { field: 'stream', value: undefined, expected: PERSON_STREAM },
    ],
    [
      'a stream and another person',
      envelope('Died', {}, { stream: 'person-Q' }),
      { field: 'person', value: 'P', expected: 'the person of the stream' },
    ],
    [
      'an identity number as a person',
      envelope('Died', {}, { person: number }),
      { field: 'person', value: '(a text of 18 characters)', expected: PERSON },
    ],
    [
      'an identity number in a stream',
      envelope('Died', {}, { person: undefined, stream: `person-${number.toLowerCase()}` }),
      { field: 'stream', value: '(a text of 25 characters)', expected: PERSON_STREAM },
    ],
    [
      'eighteen digits as a person',
      envelope('Died', {}, { person: '123456789012345678' }),
      { field: 'person', value: '(a text of 18 characters)', expected: PERSON },
    ],
    [
      'a name as a person',
      envelope('Died', {}, { person: '某某' }),
      { field: 'person', value: '(a text of 2 characters)', expected: PERSON },
    ],
    [
      'an identity number in a reason',
      envelope('Voided', { target: 'e-1', reason: `booked for ${number}` }),
      {
        field: 'data.reason',
        value: '(a text of 29 characters)',
        expected: 'a text of 1 to 500 characters without identity numbers',
      },
    ],
    [
      'an identity number as the vault’s reference',
      envelope('Identified', { sex: 'male', identity: number }),
      { field: 'data.identity', value: '(a text of 18 characters)', expected: PERSON },
    ],
    [
      'an identity number as a number',
      envelope('Merged', { otherPersonId: 110105194912310021, reason: 'same' }),
      { field: 'data.otherPersonId', value: '(a number)', expected: PERSON },
    ],
    [
      'an identity number in a correction',
      envelope('Corrected', { target: 'e-1', reason: 'misread', data: { employerId: number } }),
      { field: 'data.data', value: '(an object)', expected: 'an object of one or more fields with plain JSON values' },
    ],
    [
      'a birth date that does not exist, without repeating it',
      envelope('Identified', { birthDate: '1981-02-29' }),
      { field: 'data.birthDate', value: '(a text of 10 characters)', expected: DAY },
    ],
    [
      'a reference value of the wrong kind',
      reference('averageMonthlyWageFen', -5),
      {
        field: 'data.value',
        value: -5,
        expected: expect.stringContaining('fen, months, days and ages whole and not negative') as unknown as string,
      },
    ],
    [
      'half characters',
      envelope('Voided', { target: 'e-1', reason: 'a\ud800b' }),
      {
        field: 'data.reason',
        value: '(a text of 3 characters)',
        expected: 'a text of 1 to 500 characters without identity numbers',
      },
    ],
    [
      'a position that is no place',
      envelope('Died', {}, { position: -1 }),
      { field: 'position', value: -1, expected: 'left out, or a place in the log: a whole number' },
    ],
    [
      'a revision that is no place',
      envelope('Died', {}, { revision: '4' }),
      { field: 'revision', value: '4', expected: 'left out, or a place in the stream: a whole number' },
    ],
  ])('%s', (_, input, fault) => expect(faultsOf(input)).toEqual([fault]));

  it.each([[undefined], [null], [7], ['Paid'], [[envelope('Died', {})]]])('%p for an event', (input) => {
    expect(faultsOf(input)).toEqual([
      expect.objectContaining({
        field: 'event',
        expected: 'an object with type, stream or person, effectiveOn and data',
      }),
    ]);
  });

  it('with everything that is wrong, not only the first', () => {
    const faults = faultsOf(
      envelope('Paid', { scheme: 'x', region: 'y', kind: 'z', unitFen: -1 }, { effectiveOn: 'today', id: '' }),
    );
    expect(faults.map(({ field }) => field).sort()).toEqual([
      'data.kind',
      'data.region',
      'data.scheme',
      'data.unitFen',
      'effectiveOn',
      'id',
    ]);
  });

  it('a field named __proto__', () => {
    expect(
      faultsOf(
        JSON.parse(
          '{"type":"Died","person":"P","id":"e","effectiveOn":"2022-05-16","recordedAt":"2022-05-16","data":{"__proto__":{"a":1}}}',
        ),
      ),
    ).toMatchObject([{ field: 'data.__proto__' }]);
    expect(
      faultsOf(
        JSON.parse(
          '{"type":"Corrected","person":"P","id":"e","effectiveOn":"2022-05-16","recordedAt":"2022-05-16","data":{"target":"t","reason":"r","data":{"__proto__":{"a":1}}}}',
        ),
      ),
    ).toMatchObject([{ field: 'data.data' }]);
  });

  it('by an error that says all but repeats no name, number or birth date', () => {
    const input = envelope(
      'Identified',
      { sex: '某某', birthDate: '1949-12-32', 某某: 1, name: '某某', [number]: 1 },
      { person: number },
    );
    expect(() => parseEventOrThrow(input)).toThrow(InvalidEvent);
    const message = describeFaults(faultsOf(input)) + JSON.stringify(faultsOf(input));
    for (const secret of ['某某', '1949', number]) expect(message).not.toContain(secret);
    expect(message).toContain('data.sex: expected');
  });

  it('an employer’s payroll with endless faults in a few lines', () => {
    const staff = Array.from({ length: 10000 }, () => ({ person: '某某' }));
    const faults = faultsOf(
      envelope(
        'PayrollDeclared',
        { cycle: paid.feeMonths, totalMonthlyFen: 1, staff },
        { person: undefined, stream: 'employer-E1' },
      ),
    );
    expect(faults.length).toBeLessThanOrEqual(50);
    expect(describeFaults(faults)).toMatch(/and 45 more$/);
  });
});

describe('a correction', () => {
  it.each<[string, EventType, unknown, object | undefined, Partial<Fault>[]]>([
    ['changes a field', 'Paid', { unitFen: 5 }, undefined, []],
    ['takes an optional field away', 'Paid', { unitFen: null }, paid, []],
    ['replaces a span whole', 'Paid', { feeMonths: { from: '2022-05', through: '2022-06' } }, undefined, []],
    [
      'may not take a required field away',
      'Paid',
      { scheme: null },
      undefined,
      [{ field: 'data.data.scheme', value: null, expected: 'a value; scheme cannot be taken away' }],
    ],
    ['may not name a field that is none', 'Paid', { unit: 5 }, undefined, [{ field: 'data.data.unit' }]],
    ['may not take a field away that is none', 'Paid', { unit: null }, undefined, [{ field: 'data.data.unit' }]],
    ['may not bring a bad value', 'Paid', { unitFen: -5 }, undefined, [{ field: 'data.data.unitFen', value: -5 }]],
    [
      'may not bring half a span',
      'Paid',
      { feeMonths: { from: '2022-05' } },
      undefined,
      [{ field: 'data.data.feeMonths.through' }],
    ],
    ['may change the number of bought months', 'Paid', { monthsBought: 5 }, undefined, []],
    [
      'may not buy months by a regular payment',
      'Paid',
      { monthsBought: 5 },
      paid,
      [{ field: 'data.data.monthsBought' }],
    ],
    [
      'may not leave a payment without months',
      'Paid',
      { feeMonths: null },
      paid,
      [{ field: 'data.data.feeMonths', value: undefined }],
    ],
    [
      'may make a year’s payment into one of months',
      'Paid',
      { scheme: 'employee', benefitYear: null, feeMonths: paid.feeMonths },
      annual,
      [],
    ],
    ['may not be a list', 'Paid', [], undefined, [{ field: 'data.data', value: '(a list)' }]],
    ['may not change what has no fields', 'Died', { place: 1 }, undefined, [{ field: 'data.data.place' }]],
    [
      'may not use __proto__',
      'Paid',
      JSON.parse('{"__proto__":{"unitFen":1}}'),
      paid,
      [{ field: 'data.data.__proto__' }],
    ],
  ])('%s', (_, type, patch, current, faults) => {
    expect(validateCorrection(type, patch, current)).toEqual(faults.map((fault) => expect.objectContaining(fault)));
  });
});

describe('whatever comes', () => {
  const samples = readdirSync(join(__dirname, 'samples'))
    .filter((name) => name !== 'kept.json')
    .map(
      (name) => JSON.parse(readFileSync(join(__dirname, 'samples', name), 'utf8')) as { type: EventType; data: Fields },
    );
  const garbage = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const odd = fc.oneof(
    garbage,
    fc.constantFrom<unknown>(Symbol('s'), () => 1, -0, NaN, Infinity, '', '2022-13', {}, []),
  );

  /** A good event of any type with some fields made wrong, missing or new. */
  const spoilt = fc
    .record({
      sample: fc.constantFrom(...samples),
      path: fc.constantFrom('envelope', 'data', 'metadata'),
      changes: fc.array(
        fc.tuple(fc.nat(20), fc.oneof({ weight: 4, arbitrary: odd }, { weight: 1, arbitrary: fc.constant(undefined) })),
        { maxLength: 4 },
      ),
      extra: fc.option(fc.tuple(fc.string(), odd)),
    })
    .map(({ sample, path, changes, extra }) => {
      const event = structuredClone(sample) as unknown as Fields;
      const place = path === 'envelope' ? event : (event[path] as Fields);
      const names = path === 'data' ? fieldNames(sample.type) : Object.keys(place);
      for (const [at, value] of changes) if (names.length > 0) place[names[at % names.length]!] = value;
      if (extra) Object.defineProperty(place, extra[0], { value: extra[1], enumerable: true, configurable: true });
      return event;
    });

  it('it is an event or faults, never an exception, and the faults can be printed', () => {
    fc.assert(
      fc.property(fc.oneof(garbage, spoilt), (input) => {
        const parsed = parseEvent(input);
        if (parsed.ok) {
          expect(parseEvent(JSON.parse(JSON.stringify(parsed.event)))).toEqual(parsed);
          return;
        }
        expect(parsed.faults.length).toBeGreaterThan(0);
        expect(describeFaults(parsed.faults)).toEqual(expect.any(String));
        JSON.stringify(parsed.faults);
      }),
      { numRuns: 4000 },
    );
  });

  it('an input that throws when it is read is refused too', () => {
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    expect(faultsOf(trap)).toHaveLength(1);
    expect(faultsOf(envelope('Died', trap))).toHaveLength(1);
  });

  it('class-validator itself finds the same fields at fault', () => {
    const fields = (faults: Fault[], prefix: string) =>
      [
        ...new Set(
          faults
            .filter(({ field }) => field.startsWith(prefix))
            .map(({ field }) => field.slice(prefix.length).split(/[.[]/)[0]!),
        ),
      ].sort();
    fc.assert(
      fc.property(spoilt, (input) => {
        const { type, data } = input as { type: EventType; data: Fields };
        if (typeof type !== 'string' || !eventTypes.includes(type) || fieldNames(type).length === 0) return;
        if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype) return;
        // Names that the door does not repeat are tried elsewhere.
        const isRepeated = (name: string) => /^[A-Za-z_]\w{0,63}$/.test(name) && !/\d{6}/.test(name);
        if (Object.keys(data).some((name) => name in Object.prototype || !isRepeated(name))) return;
        const ours = fields(faultsOf(envelope(type, data, { person: undefined })), 'data.');
        const theirs = validateSync(instance(registry[type].dataClass, data), {
          whitelist: true,
          forbidNonWhitelisted: true,
        }).map(({ property }) => property);
        expect(ours).toEqual([...new Set(theirs)].sort());
      }),
      { numRuns: 2000 },
    );
  });

  /** The data as class-validator wants it: instances of the classes, nested ones too. */
  function instance(dataClass: new () => object, data: Fields): object {
    const made: Fields = Object.assign(new dataClass() as Fields, data);
    for (const [name, value] of Object.entries(data)) {
      const nested = nestedField(dataClass, name);
      const wrap = (item: unknown) =>
        typeof item === 'object' && item !== null && !Array.isArray(item)
          ? instance(nested!.type(), { ...item })
          : item;
      if (nested) made[name] = Array.isArray(value) ? Array.from(value, wrap) : wrap(value);
    }
    return made;
  }
});

function reference(name: string, value: unknown, more: Fields = {}): Fields {
  const data = { name, value, unit: 'as named', validFrom: '2022-01-01', source: 'fixture', ...more };
  return envelope('ReferenceValuePublished', data, { person: undefined, stream: 'region-211200' });
}

function period(changes: Fields = {}): Fields {
  const data = { benefitYear: 2024, kind: 'collection', from: '2023-09-01', through: '2023-12-20', ...changes };
  return envelope('CollectionPeriodAnnounced', data, { person: undefined, stream: 'region-211200' });
}
