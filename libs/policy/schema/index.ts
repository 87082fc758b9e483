export { referenceNames } from './reference-names';
