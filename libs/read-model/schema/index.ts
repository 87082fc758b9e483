export { migrations, personTableDefinitions, type Dialect } from './migrations';
export { keptTables, rebuiltTables, type ParkedRow, type PersonRow, type ReadModelTables } from './tables';
