export {
  importFiles,
  type FileSummary,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
} from './import-files';
export { RefusedMapping, loadMapping, type Mapping } from './mapping';
export { RefusedFile } from './source-file';
