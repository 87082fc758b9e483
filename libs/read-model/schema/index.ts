export type { Column, Columns, RowOf } from './columns';
export { createPersonTables, migrations, type Dialect } from './migrations';
export {
  keptTables,
  personTableNames,
  personTables,
  rebuiltTables,
  type ContributionKind,
  type ExceptionKind,
  type ParkedRow,
  type PersonRow,
  type PersonRows,
  type PersonTable,
  type ReadModelTables,
} from './tables';
