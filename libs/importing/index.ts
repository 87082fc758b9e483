export { importFiles, type FileSummary, type ImportOptions, type ImportSummary } from './import-files';
export { RefusedMapping, loadMapping, type Mapping } from './mapping';
export { csvLine } from './csv';
export { RefusedFile, openSource } from './source-file';
