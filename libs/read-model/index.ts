export { nameOf, openReadModel, readModelLocation, type ReadModel } from './database';
export {
  personTableNames,
  personTables,
  type ContributionKind,
  type ExceptionKind,
  type PersonRows,
  type PersonTable,
  type ReadModelTables,
} from './schema';
