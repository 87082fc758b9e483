export { isNormalOn, registrationsOn, relationRecords } from './relations';
