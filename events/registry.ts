import { admitted, discharged } from './stay';
import { aidEnded, aidGranted } from './aid';
import { answerGiven } from './answer-given';
import { assessed } from './assessed';
import { backPaymentRequested } from './back-payment-requested';
import { baseDeclared } from './base-declared';
import { changeApproved, changeDeclined, changeRequested } from './change';
import { collectionPeriodAnnounced } from './collection-period';
import { corrected, voided } from './correction';
import { custodyEnded, custodyStarted } from './custody';
import { died } from './died';
import { duplicateDetected, duplicateElected, duplicateResolved } from './duplicate';
import { employerChanged, employerClosed, employerRegistered } from './employer';
import { employmentEnded, employmentStarted } from './employment';
import type { Envelope, EventDefinition } from './envelope';
import { identified } from './identified';
import { identityErased } from './identity-erased';
import { merged, unmerged } from './merged';
import { militaryServed, militarySpouseReleased } from './military';
import { paid } from './paid';
import { payrollDeclared } from './payroll';
import { policyPackActivated } from './policy-pack';
import { referenceValuePublished } from './reference-value';
import { refundDenied, refundRequested, refunded } from './refund';
import { registered } from './registered';
import { residenceChanged } from './residence';
import { retired } from './retired';
import { rulingRecorded } from './ruling';
import { statutoryAgeReached } from './statutory-age';
import { studentEnrolled, studentGraduated } from './student';
import { suspended } from './suspended';
import { terminated } from './terminated';
import { transferred } from './transferred';
import { unemploymentBenefitEnded, unemploymentBenefitStarted } from './unemployment-benefit';
import type { EventType } from './words';
import { yearsConverted, yearsRecognised } from './years';

/** Every event type there is, in the order of the contract. */
export const registry = {
  Registered: registered,
  Paid: paid,
  Suspended: suspended,
  Transferred: transferred,
  Retired: retired,
  Refunded: refunded,
  Identified: identified,
  Merged: merged,
  Unmerged: unmerged,
  Died: died,
  Terminated: terminated,
  ResidenceChanged: residenceChanged,
  EmploymentStarted: employmentStarted,
  EmploymentEnded: employmentEnded,
  BaseDeclared: baseDeclared,
  Assessed: assessed,
  BackPaymentRequested: backPaymentRequested,
  YearsRecognised: yearsRecognised,
  YearsConverted: yearsConverted,
  MilitaryServed: militaryServed,
  MilitarySpouseReleased: militarySpouseReleased,
  StatutoryAgeReached: statutoryAgeReached,
  AidGranted: aidGranted,
  AidEnded: aidEnded,
  StudentEnrolled: studentEnrolled,
  StudentGraduated: studentGraduated,
  CustodyStarted: custodyStarted,
  CustodyEnded: custodyEnded,
  UnemploymentBenefitStarted: unemploymentBenefitStarted,
  UnemploymentBenefitEnded: unemploymentBenefitEnded,
  DuplicateDetected: duplicateDetected,
  DuplicateElected: duplicateElected,
  DuplicateResolved: duplicateResolved,
  RefundRequested: refundRequested,
  RefundDenied: refundDenied,
  Admitted: admitted,
  Discharged: discharged,
  RulingRecorded: rulingRecorded,
  Corrected: corrected,
  Voided: voided,
  CollectionPeriodAnnounced: collectionPeriodAnnounced,
  ReferenceValuePublished: referenceValuePublished,
  PolicyPackActivated: policyPackActivated,
  EmployerRegistered: employerRegistered,
  EmployerChanged: employerChanged,
  EmployerClosed: employerClosed,
  PayrollDeclared: payrollDeclared,
  ChangeRequested: changeRequested,
  ChangeApproved: changeApproved,
  ChangeDeclined: changeDeclined,
  AnswerGiven: answerGiven,
  IdentityErased: identityErased,
} satisfies { [T in EventType]: EventDefinition<T, object> };

/** The fields of a type's `data`. */
export type DataOf<T extends EventType> = InstanceType<(typeof registry)[T]['dataClass']>;

/** An event of one type. */
export type EventOf<T extends EventType> = { [K in T]: Envelope<K, DataOf<K>> }[T];

/** Any event, told apart by `type`. */
export type LedgerEvent = EventOf<EventType>;
