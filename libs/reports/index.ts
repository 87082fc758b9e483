export { NothingProjected, type ReportParts } from './basis';
export { reportNamed, reports } from './catalogue';
export { basisLines, formats, readable, type ReportFormat, type Sheet, type Sink } from './formats';
export type { Report, Row } from './report';
export { fileNameOf, withReport, writeReport, type ReportRequest } from './run';
