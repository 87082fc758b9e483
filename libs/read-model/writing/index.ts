export { PersonWriter } from './person-writer';
export { compiled } from './statements';
