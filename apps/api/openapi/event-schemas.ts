import {
  EventMetadata,
  MonthSpan,
  aidClasses,
  answerHashes,
  assessmentChannels,
  backPaymentKinds,
  ownEventTypes,
  collectionPeriodKinds,
  custodyKinds,
  duplicateScopes,
  employerEventTypes,
  employerKinds,
  employmentKinds,
  fundModes,
  paidKinds,
  participations,
  payers,
  personEventTypes,
  readingSources,
  regionEventTypes,
  retirementCategories,
  schemes,
  sexes,
  sources,
  terminationReasons,
  yearKinds,
  type CarriedMonths,
  type DataOf,
  type EventType,
  type Relation,
} from '../../../events';
import {
  anything,
  day,
  eventId,
  fen,
  flag,
  instant,
  list,
  month,
  months,
  object,
  one,
  optional,
  position,
  ref,
  region,
  text,
  whole,
  year,
  type Fields,
  type Schema,
} from './schema';

const scheme = one(schemes, 'employee 职工医保 (310), resident 城乡居民医保 (390)');
const participation = one(participations);
const relation = object<Relation>({ scheme, region, participation: optional(participation) });
const span = object<MonthSpan>({ from: month, through: month }, 'Both months included');
const carried = object<CarriedMonths>({
  localActual: optional(months),
  provinceActual: optional(months),
  outOfProvinceActual: optional(months),
  deemed: optional(months),
});

const aid: Fields<DataOf<'AidGranted'>> = { aidClass: one(aidClasses), region };
const duplicate: Fields<DataOf<'DuplicateDetected'>> = { relations: list(relation), scope: one(duplicateScopes) };
const employer: Fields<DataOf<'EmployerRegistered'>> = {
  uscc: text,
  region,
  successor: optional(text),
  arrearsCleared: optional(flag),
};
const refundRequested: Fields<DataOf<'RefundRequested'>> = {
  scheme,
  region,
  basis: text,
  feeMonths: optional(span),
  benefitYear: optional(year),
};
const stay: Fields<DataOf<'Admitted'>> = { stayId: text, region: optional(region) };
const student: Fields<DataOf<'StudentEnrolled'>> = { region };
const custody: Fields<DataOf<'CustodyStarted'>> = { kind: one(custodyKinds) };
const merged: Fields<DataOf<'Merged'>> = {
  otherPersonId: text,
  reason: text,
  countedUnder: optional(text),
};

/** The data of every event type. */
const dataSchemas: Record<EventType, Schema> = {
  Registered: object<DataOf<'Registered'>>({
    scheme,
    region,
    participation,
    employerId: optional(text),
    fundMode: optional(one(fundModes)),
    firstTime: optional(flag),
    freshGraduate: optional(flag),
    firstFeeMonth: optional(month),
  }),
  Paid: object<DataOf<'Paid'>>({
    scheme,
    region,
    kind: one(paidKinds),
    feeMonths: optional(span),
    benefitYear: optional(year),
    participation: optional(participation),
    employerId: optional(text),
    fundMode: optional(one(fundModes)),
    unitFen: optional(fen),
    personFen: optional(fen),
    payer: optional(one(payers)),
    settledInFull: optional(flag),
    monthsBought: optional(months),
    firstTime: optional(flag),
    lateFeeFen: optional(fen),
  }),
  Suspended: object<DataOf<'Suspended'>>({ scheme, region, reason: text }),
  Transferred: object<DataOf<'Transferred'>>({
    fromRegion: region,
    toRegion: region,
    lastPaidMonth: optional(month),
    carried: optional(carried),
  }),
  Retired: object<DataOf<'Retired'>>({
    region,
    pensionGranted: optional(flag),
    employerId: optional(text),
    legacyGroup: optional({ oneOf: [text, flag] }),
  }),
  Refunded: object<DataOf<'Refunded'>>({ ...refundRequested, amountFen: fen, reverses: optional(text) }),
  Identified: object<DataOf<'Identified'>>({
    sex: optional(one(sexes)),
    birthDate: optional(day),
    retirementCategory: optional(one(retirementCategories)),
    identity: optional(text),
  }),
  Merged: object<DataOf<'Merged'>>(merged),
  Unmerged: object<DataOf<'Unmerged'>>({ otherPersonId: text, reason: text }),
  Died: object<DataOf<'Died'>>({}),
  Terminated: object<DataOf<'Terminated'>>({ scheme, region, reason: one(terminationReasons) }),
  ResidenceChanged: object<DataOf<'ResidenceChanged'>>({
    household: optional(region),
    residencePermit: optional(region),
    permitValidThrough: optional(day),
    habitualResidence: optional(region),
  }),
  EmploymentStarted: object<DataOf<'EmploymentStarted'>>({
    employerId: text,
    kind: one(employmentKinds),
    firstMonthWageFen: optional(fen),
  }),
  EmploymentEnded: object<DataOf<'EmploymentEnded'>>({
    employerId: text,
    kind: optional(one(employmentKinds)),
    firstMonthWageFen: optional(fen),
  }),
  BaseDeclared: object<DataOf<'BaseDeclared'>>({
    employerKind: optional(one(employerKinds)),
    priorYearAverageFen: optional(fen),
    lastMonthFen: optional(fen),
    currentMonthFen: optional(fen),
    exclusionsFen: optional(fen),
    baseFen: optional(fen),
    cycle: optional(span),
    rateOption: optional({ oneOf: [text, { type: 'number' }] }),
  }),
  Assessed: object<DataOf<'Assessed'>>({
    scheme,
    region,
    feeMonth: optional(month),
    benefitYear: optional(year),
    unitFen: optional(fen),
    personFen: optional(fen),
    dueOn: optional(day),
    channel: optional(one(assessmentChannels)),
  }),
  BackPaymentRequested: object<DataOf<'BackPaymentRequested'>>({
    scheme,
    region,
    kind: one(backPaymentKinds),
    feeMonths: optional(list(month)),
    employment: optional(span),
    evidence: optional(list(text)),
  }),
  YearsRecognised: object<DataOf<'YearsRecognised'>>({
    kind: one(yearKinds),
    months: optional(months),
    span: optional(span),
    region,
    authority: text,
  }),
  YearsConverted: object<DataOf<'YearsConverted'>>({ from: one(['resident']), months, differenceFen: fen }),
  MilitaryServed: object<DataOf<'MilitaryServed'>>({ span, dischargeKind: optional(text) }),
  MilitarySpouseReleased: object<DataOf<'MilitarySpouseReleased'>>({ span: optional(span), soldierDischargedOn: day }),
  StatutoryAgeReached: object<DataOf<'StatutoryAgeReached'>>({ basis: optional(text) }),
  AidGranted: object<DataOf<'AidGranted'>>(aid),
  AidEnded: object<DataOf<'AidEnded'>>(aid),
  StudentEnrolled: object<DataOf<'StudentEnrolled'>>(student),
  StudentGraduated: object<DataOf<'StudentGraduated'>>(student),
  CustodyStarted: object<DataOf<'CustodyStarted'>>(custody),
  CustodyEnded: object<DataOf<'CustodyEnded'>>(custody),
  UnemploymentBenefitStarted: object<DataOf<'UnemploymentBenefitStarted'>>({}),
  UnemploymentBenefitEnded: object<DataOf<'UnemploymentBenefitEnded'>>({}),
  DuplicateDetected: object<DataOf<'DuplicateDetected'>>(duplicate),
  DuplicateElected: object<DataOf<'DuplicateElected'>>({ ...duplicate, retained: relation }),
  DuplicateResolved: object<DataOf<'DuplicateResolved'>>({ ...duplicate, retained: relation }),
  RefundRequested: object<DataOf<'RefundRequested'>>(refundRequested),
  RefundDenied: object<DataOf<'RefundDenied'>>(refundRequested),
  Admitted: object<DataOf<'Admitted'>>(stay),
  Discharged: object<DataOf<'Discharged'>>(stay),
  RulingRecorded: object<DataOf<'RulingRecorded'>>({
    reading: text,
    choice: text,
    authority: text,
    region: optional(region),
  }),
  Corrected: object<DataOf<'Corrected'>>({
    target: text,
    effectiveOn: optional(day),
    data: optional(anything),
    reason: text,
  }),
  Voided: object<DataOf<'Voided'>>({ target: text, reason: text }),
  AnswerGiven: object<DataOf<'AnswerGiven'>>({
    asker: text,
    purpose: optional(text),
    basis: text,
    logPosition: position,
    packs: list(object<DataOf<'AnswerGiven'>['packs'][number]>({ id: text, version: text, sha256: text })),
    readings: list(
      object<DataOf<'AnswerGiven'>['readings'][number]>({ id: text, choice: text, by: one(readingSources) }),
    ),
    algorithm: one(answerHashes),
    digest: text,
    engine: text,
  }),
  IdentityErased: object<DataOf<'IdentityErased'>>({ legalBasis: text }),
  CollectionPeriodAnnounced: object<DataOf<'CollectionPeriodAnnounced'>>({
    benefitYear: year,
    kind: one(collectionPeriodKinds),
    from: day,
    through: day,
    region: optional(region),
  }),
  ReferenceValuePublished: object<DataOf<'ReferenceValuePublished'>>({
    name: text,
    value: { type: ['number', 'string', 'boolean'] },
    unit: text,
    validFrom: day,
    validThrough: optional(day),
    source: text,
    region: optional(region),
  }),
  PolicyPackActivated: object<DataOf<'PolicyPackActivated'>>({
    pack: text,
    version: text,
    sha256: text,
    effectiveFrom: day,
    region: optional(region),
  }),
  EmployerRegistered: object<DataOf<'EmployerRegistered'>>(employer),
  EmployerChanged: object<DataOf<'EmployerChanged'>>(employer),
  EmployerClosed: object<DataOf<'EmployerClosed'>>(employer),
  PayrollDeclared: object<DataOf<'PayrollDeclared'>>({
    cycle: span,
    totalMonthlyFen: fen,
    staff: list(object<DataOf<'PayrollDeclared'>['staff'][number]>({ person: text, baseFen: optional(fen) })),
  }),
  ChangeRequested: object<DataOf<'ChangeRequested'>>({
    events: list(
      object<DataOf<'ChangeRequested'>['events'][number]>({
        id: eventId,
        type: text,
        effectiveOn: day,
        data: optional(anything),
        metadata: optional(anything),
      }),
    ),
  }),
  ChangeApproved: object<DataOf<'ChangeApproved'>>({ request: eventId }),
  ChangeDeclined: object<DataOf<'ChangeDeclined'>>({ request: eventId, reason: text }),
};

const metadata = object<Omit<EventMetadata, 'effectiveOn'>>({
  source: optional(one(sources)),
  actor: optional(text),
  exceptions: optional(list(text)),
  evidence: optional(list(text)),
  correlationId: optional(text),
  causationId: optional(text),
  schemaVersion: optional(whole),
  migratedFrom: optional(text),
});

/** An event as it is sent: stream, id and recordedAt are the ledger's to give. */
function sentEvent(type: EventType): Schema {
  const { required } = dataSchemas[type];
  return {
    type: 'object',
    properties: {
      type: { type: 'string', const: type },
      effectiveOn: {
        ...day,
        description: 'The day the fact holds in the world; of a payment the day the money arrived',
      },
      data: ref(`${type}Data`),
      id: { ...eventId, description: 'Left out: made by the ledger, from the Idempotency-Key where there is one' },
      recordedAt: { ...instant, description: 'Only with metadata.migratedFrom: when that system recorded it' },
      metadata: ref('EventMetadata'),
    },
    required: ['type', 'effectiveOn', ...(required ? ['data'] : [])],
    additionalProperties: false,
  };
}

function anyOf(types: readonly EventType[]): Schema {
  return {
    oneOf: types.map((type) => ref(type)),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(types.map((type) => [type, `#/components/schemas/${type}`])),
    },
  };
}

const types = Object.keys(dataSchemas) as EventType[];
const own: readonly EventType[] = ownEventTypes;
const sent = (of: readonly EventType[]) => of.filter((type) => !own.includes(type));

/** The schemas of the event contract: `<Type>` as it is sent, `<Type>Data`, and the unions by kind of stream. */
export const eventSchemas: Record<string, Schema> = {
  ...Object.fromEntries(types.map((type) => [`${type}Data`, dataSchemas[type]])),
  ...Object.fromEntries(sent(types).map((type) => [type, sentEvent(type)])),
  EventMetadata: metadata,
  PersonEvent: anyOf(sent(personEventTypes)),
  RegionEvent: anyOf(sent(regionEventTypes)),
  EmployerEvent: anyOf(sent(employerEventTypes)),
  StoredEvent: {
    type: 'object',
    description: 'An event as recorded. Which data goes with which type, the schemas <Type>Data say.',
    properties: {
      id: eventId,
      type: one(types),
      stream: { ...text, example: 'person-P0001' },
      effectiveOn: day,
      recordedAt: instant,
      position,
      revision: { ...whole, minimum: 0, description: 'The place in the stream, from 0' },
      data: anything,
      metadata: ref('EventMetadata'),
    },
    required: ['id', 'type', 'stream', 'effectiveOn', 'recordedAt', 'position', 'revision', 'data', 'metadata'],
    additionalProperties: false,
  },
};
