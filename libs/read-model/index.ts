export { nameOf, openReadModel, readModelLocation, type ReadModel } from './database';
export type { ReadModelTables } from './schema';
