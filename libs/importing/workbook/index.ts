export { openSheet, type Sheet, type SheetRow } from './workbook';
export { BrokenWorkbook } from './zip';
