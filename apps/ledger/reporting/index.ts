export { addReport } from './report-command';
