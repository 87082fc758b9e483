export { plainReasons } from './reasons';
