export { addPolicy } from './policy-command';
