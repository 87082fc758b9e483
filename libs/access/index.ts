export {
  AuditTrail,
  auditFile,
  checkAudit,
  readAudit,
  type AuditEntry,
  type AuditQuestion,
  type AuditRow,
  type AuditVerdict,
} from './audit';
export { regionsNamed } from './event-regions';
export {
  KeyRing,
  checkKeys,
  endOfKeyDay,
  isKey,
  isKeyName,
  keyFile,
  shownKey,
  type KeyRecord,
  type KeyTerms,
  type ShownKey,
} from './keys';
export { IssuerUnreachable, SignIn, TokenRefused, isSafeUrl, signingAlgorithms, type SignInTerms } from './oidc';
export { holdsRole, isRole, roles, type Principal, type Role } from './principal';
export { covers, mayReach, mayReachOne } from './regions';
