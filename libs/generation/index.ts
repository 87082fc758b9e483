export { PAYMENT_COLUMNS, RELATION_COLUMNS, extractOf, type Extract } from './extract';
export {
  MAX_PERSONS,
  MAX_SEED,
  personEvents,
  personId,
  placesOf,
  population,
  type PopulationOptions,
} from './population';
