export { addReconcile } from './reconcile-command';
