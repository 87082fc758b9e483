export { FIRST_DAY } from './benefit';
export { flag, large, text, textOrNull, whole, type Column, type Columns, type RowOf } from './columns';
export type { UnknownCode } from './exceptions';
export { noRows, rowsOf, type RowGrounds } from './rows-of';
export {
  personTableNames,
  personTables,
  type ContributionKind,
  type ExceptionKind,
  type PersonRows,
  type PersonTable,
} from './tables';
