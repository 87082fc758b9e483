export { staysOn } from './stays';
