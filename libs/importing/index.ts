export {
  ImportStopped,
  importFiles,
  journalBeside,
  type FileSummary,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
} from './import-files';
export type { Authority } from './authority';
export { RefusedMapping, loadMapping, type Mapping } from './mapping';
export { type Identities, type IdentityRow } from './identities';
export { csvLine } from './csv';
export { withoutRefusedRows } from './refused-rows';
export { RefusedRow, type CellFault, type Row } from './row';
export { RefusedFile, openSource, openStatusExtract, type RowFile, type SourceRow } from './source-file';
export { statedRelation, type StatedRelation } from './status';
