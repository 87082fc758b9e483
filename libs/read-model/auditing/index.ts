export { Audit, type Difference } from './audit';
