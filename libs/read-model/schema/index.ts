export { createPersonTables, migrations, type Dialect } from './migrations';
export { keptTables, rebuiltTables, type ParkedRow, type PersonRow, type ReadModelTables } from './tables';
