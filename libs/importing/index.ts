export {
  importFiles,
  type FileSummary,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
} from './import-files';
export { RefusedMapping, loadMapping, type Mapping } from './mapping';
export { csvLine } from './csv';
export { RefusedFile, openSource, type SourceFile } from './source-file';
