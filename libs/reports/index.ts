export { NothingProjected, type Evaluation, type ReportParts } from './basis';
export { reportNamed, reports } from './catalogue';
export { basisLines, formats, type ReportFormat, type Sheet, type Sink } from './formats';
export type { Column, Report, ReportQuestion, Row } from './report';
export { fileNameOf, withReport, writeReport, type ReportRequest } from './run';
export { shown, type Language } from './words';
