export { addCopy } from './copy-command';
