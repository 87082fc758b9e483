export { addImport } from './import-command';
