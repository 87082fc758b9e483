export { ReconciliationsController } from './reconciliations.controller';
export { Reconciliations } from './reconciliations.service';
