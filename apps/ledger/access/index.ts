export { addAccess } from './access-command';
