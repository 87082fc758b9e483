export {
  exceptionKinds,
  reconcile,
  type ExceptionKind,
  type ReconcileOptions,
  type Reconciliation,
  type ReconciliationCounts,
  type ReconciliationException,
} from './reconcile';
export { causes, type Cause } from './cause';
export { ExceptionsFile } from './exceptions-file';
