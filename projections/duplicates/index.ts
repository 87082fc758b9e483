export { benefitSource } from './source';
