export { type AuditEntry, type AuditRow } from './audit-row';
export { AuditTrail, auditFile, readAudit, type AuditQuestion } from './audit-trail';
export { checkAudit, type AuditVerdict } from './check-audit';
