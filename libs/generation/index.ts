export { PAYMENT_COLUMNS, RELATION_COLUMNS, extractOf } from './extract';
export {
  MAX_PERSONS,
  MAX_SEED,
  personEvents,
  personId,
  placesOf,
  population,
  type PopulationOptions,
} from './population';
export { placesRuled, refundBases } from './ruled-places';
