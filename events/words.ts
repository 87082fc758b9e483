/** The closed word lists of the event contract. A word, once stored, never changes its meaning and never goes. */

/** employee 职工医保 (national code 310) · resident 城乡居民医保 (390) */
export const schemes = ['employee', 'resident'] as const;
export type Scheme = (typeof schemes)[number];

/** employed 随单位 · flexible 灵活就业 · unemployed 领取失业金 */
export const employeeParticipations = ['employed', 'flexible', 'unemployed'] as const;
/** general · newborn · student · formerEmployee 职工断保 · special */
export const residentParticipations = ['general', 'newborn', 'student', 'formerEmployee', 'special'] as const;
export const participations = [...employeeParticipations, ...residentParticipations] as const;
export type Participation = (typeof participations)[number];

/** pooledOnly 单建统筹 · withAccount 统账结合 */
export const fundModes = ['pooledOnly', 'withAccount'] as const;
export type FundMode = (typeof fundModes)[number];

/** 低保 · 特困 · 已脱贫 · 监测对象 · 低保边缘 · 重点优抚 · 重残 */
export const aidClasses = [
  'minimumLiving',
  'extremePoverty',
  'povertyAlleviated',
  'monitored',
  'lowIncomeMargin',
  'entitledGroup',
  'severeDisability',
] as const;
export type AidClass = (typeof aidClasses)[number];

/** The last is 视同. */
export const yearKinds = ['localActual', 'provinceActual', 'outOfProvinceActual', 'deemed'] as const;
export type YearKind = (typeof yearKinds)[number];

/** back 补缴 · backUnregistered 未参保补缴 · lumpSum 趸缴 */
export const paidKinds = ['regular', 'annual', 'back', 'backUnregistered', 'lumpSum'] as const;
export type PaidKind = (typeof paidKinds)[number];

export const payers = ['unit', 'person', 'subsidy', 'unemploymentFund'] as const;
export type Payer = (typeof payers)[number];

export const terminationReasons = [
  'death',
  'emigration',
  'duplicate',
  'transferOut',
  'employeeRegistered',
  'refund',
] as const;
export type TerminationReason = (typeof terminationReasons)[number];

export const sexes = ['male', 'female'] as const;
export type Sex = (typeof sexes)[number];

/** Which statutory age the person's work brings; a woman's is a fact of her file, never guessed (CV-20). */
export const retirementCategories = ['male60', 'female55', 'female50'] as const;
export type RetirementCategory = (typeof retirementCategories)[number];

export const employmentKinds = ['fullTime', 'partTime', 'temporary'] as const;
export type EmploymentKind = (typeof employmentKinds)[number];

export const employerKinds = ['stateOrgan', 'enterprise', 'hardship', 'flexible'] as const;
export type EmployerKind = (typeof employerKinds)[number];

export const assessmentChannels = ['agency', 'tax'] as const;
export type AssessmentChannel = (typeof assessmentChannels)[number];

export const backPaymentKinds = ['unregistered', 'registeredUnpaid'] as const;
export type BackPaymentKind = (typeof backPaymentKinds)[number];

export const custodyKinds = ['sentence', 'communityCorrection'] as const;
export type CustodyKind = (typeof custodyKinds)[number];

export const duplicateScopes = ['sameScheme', 'crossScheme', 'crossRegion'] as const;
export type DuplicateScope = (typeof duplicateScopes)[number];

export const collectionPeriodKinds = ['collection', 'supplement', 'studentStart'] as const;
export type CollectionPeriodKind = (typeof collectionPeriodKinds)[number];

export const sources = ['agency', 'tax', 'police', 'civilAffairs', 'school', 'person', 'migration'] as const;
export type Source = (typeof sources)[number];

export const streamKinds = ['person', 'region', 'employer'] as const;
export type StreamKind = (typeof streamKinds)[number];

/** How a change that needs a second person went; in the stream that it is to change. */
export const changeEventTypes = ['ChangeRequested', 'ChangeApproved', 'ChangeDeclined'] as const;

/** Events about the record and not about anyone's insurance: no answer reads them. */
export const recordKeepingEventTypes = [...changeEventTypes, 'AnswerGiven', 'IdentityErased'] as const;

/** What the ledger records by itself when something was done, and nobody sends. */
export const ownEventTypes = [...changeEventTypes, 'IdentityErased'] as const;

/** sm3 GB/T 32905 */
export const answerHashes = ['sm3', 'sha256'] as const;
export type AnswerHash = (typeof answerHashes)[number];

/** Who chose how an unclear clause is read: the pack's own choice, a ruling, or the question. */
export const readingSources = ['pack', 'ruling', 'question'] as const;
export type ReadingSource = (typeof readingSources)[number];

/** Events of a person's stream; `RulingRecorded` stands in a person's stream or in a region's. */
export const personEventTypes = [
  'Registered',
  'Paid',
  'Suspended',
  'Transferred',
  'Retired',
  'Refunded',
  'Identified',
  'Merged',
  'Unmerged',
  'Died',
  'Terminated',
  'ResidenceChanged',
  'EmploymentStarted',
  'EmploymentEnded',
  'BaseDeclared',
  'Assessed',
  'BackPaymentRequested',
  'YearsRecognised',
  'YearsConverted',
  'MilitaryServed',
  'MilitarySpouseReleased',
  'StatutoryAgeReached',
  'AidGranted',
  'AidEnded',
  'StudentEnrolled',
  'StudentGraduated',
  'CustodyStarted',
  'CustodyEnded',
  'UnemploymentBenefitStarted',
  'UnemploymentBenefitEnded',
  'DuplicateDetected',
  'DuplicateElected',
  'DuplicateResolved',
  'RefundRequested',
  'RefundDenied',
  'Admitted',
  'Discharged',
  'RulingRecorded',
  'Corrected',
  'Voided',
  ...changeEventTypes,
  'AnswerGiven',
  'IdentityErased',
] as const;
export type PersonEventType = (typeof personEventTypes)[number];

export const regionEventTypes = [
  'CollectionPeriodAnnounced',
  'ReferenceValuePublished',
  'RulingRecorded',
  'PolicyPackActivated',
  ...changeEventTypes,
] as const;
export type RegionEventType = (typeof regionEventTypes)[number];

export const employerEventTypes = [
  'EmployerRegistered',
  'EmployerChanged',
  'EmployerClosed',
  'PayrollDeclared',
  ...changeEventTypes,
] as const;
export type EmployerEventType = (typeof employerEventTypes)[number];

export type EventType = PersonEventType | RegionEventType | EmployerEventType;
/** Every event type, each once. */
export const eventTypes: readonly EventType[] = [
  ...new Set<EventType>([...personEventTypes, ...regionEventTypes, ...employerEventTypes]),
];
/** The events that somebody may ask a second person for. */
export const askableTypes: readonly EventType[] = eventTypes.filter(
  (type) => !(recordKeepingEventTypes as readonly string[]).includes(type),
);

/** Reference values that the packs ask for by name; the list is open, a new pack may ask for others. */
export const referenceNames = [
  'averageMonthlyWageFen',
  'averageAnnualWageFen',
  'employerRatePercent',
  'personRatePercent',
  'requiredTotalMonths.male',
  'requiredTotalMonths.female',
  'requiredActualMonths',
  'schemeStart',
  'firstTimeWaitingDays',
  'interruptionWaitingDays',
  'workingAgeThrough.male',
  'workingAgeThrough.female',
  'baseFloorFen',
  'baseCeilingFen',
  'lumpSumBaseFen',
  'lumpSumRatePercent',
  'recogniseOutOfProvinceActual',
  'dueOn',
] as const;
export type ReferenceName = (typeof referenceNames)[number];
