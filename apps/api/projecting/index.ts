export { InnerProjector } from './inner-projector';
export { ReportTables } from './report-tables';
