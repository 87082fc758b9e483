export { benefitOn } from './benefit';
