export { addDiff } from './diff-command';
