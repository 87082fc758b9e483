export { EventMetadata, type Envelope, type EventDefinition, type Upcaster } from './envelope';
export {
  fieldNames,
  parseEvent,
  parseEventOrThrow,
  validateCorrection,
  type EventDefaults,
  type ParsedEvent,
} from './door';
export { InvalidEvent, describeFaults, unknownField, type Fault } from './faults';
export { isRegionCode } from './fields';
export { contentKey, deterministicId, type Sha1 } from './id';
export { creditCodeCheck, hasIdentityShape, holdsIdentityNumber, isEmployerId, isPersonId } from './identity';
export { MonthSpan, expandMonthSpan } from './month-span';
export { UnreadableEvent, fromStored, toStored, type EventFromStore, type EventToStore } from './stored';
export { employerStream, parseStream, personStream, regionStream } from './streams';
export { registry, type DataOf, type EventOf, type LedgerEvent } from './registry';
export {
  aidClasses,
  answerHashes,
  assessmentChannels,
  backPaymentKinds,
  changeEventTypes,
  collectionPeriodKinds,
  custodyKinds,
  duplicateScopes,
  employeeParticipations,
  employerEventTypes,
  employerKinds,
  employmentKinds,
  eventTypes,
  fundModes,
  paidKinds,
  participations,
  payers,
  personEventTypes,
  readingSources,
  ownEventTypes,
  recordKeepingEventTypes,
  referenceNames,
  regionEventTypes,
  residentParticipations,
  retirementCategories,
  schemes,
  sexes,
  sources,
  streamKinds,
  terminationReasons,
  yearKinds,
  type AidClass,
  type AssessmentChannel,
  type BackPaymentKind,
  type CollectionPeriodKind,
  type CustodyKind,
  type DuplicateScope,
  type EmployerEventType,
  type EmployerKind,
  type EmploymentKind,
  type EventType,
  type FundMode,
  type PaidKind,
  type Participation,
  type Payer,
  type PersonEventType,
  type ReferenceName,
  type RegionEventType,
  type RetirementCategory,
  type Scheme,
  type Sex,
  type Source,
  type StreamKind,
  type TerminationReason,
  type YearKind,
} from './words';
export type { AidData } from './aid';
export type { AnswerGivenData } from './answer-given';
export type { AssessedData } from './assessed';
export type { BackPaymentRequestedData } from './back-payment-requested';
export type { BaseDeclaredData } from './base-declared';
export type { CollectionPeriodAnnouncedData } from './collection-period';
export type { CorrectedData, VoidedData } from './correction';
export type { CustodyData } from './custody';
export type { DuplicateDetectedData, DuplicateSettledData } from './duplicate';
export type { EmployerData } from './employer';
export type { EmploymentEndedData, EmploymentStartedData } from './employment';
export type { IdentifiedData } from './identified';
export type { IdentityErasedData } from './identity-erased';
export type { MergedData } from './merged';
export type { MilitaryServedData, MilitarySpouseReleasedData } from './military';
export type { PaidData } from './paid';
export type { PayrollDeclaredData } from './payroll';
export type { ReferenceValuePublishedData } from './reference-value';
export type { RefundRequestedData, RefundedData } from './refund';
export type { RegisteredData } from './registered';
export type { Relation } from './relation';
export type { ResidenceChangedData } from './residence';
export type { RetiredData } from './retired';
export type { RulingRecordedData } from './ruling';
export type { StayData } from './stay';
export type { SuspendedData } from './suspended';
export type { TerminatedData } from './terminated';
export type { CarriedMonths, TransferredData } from './transferred';
export type { YearsConvertedData, YearsRecognisedData } from './years';
