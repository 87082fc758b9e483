export { contentsOfStore, copyDatabase, damageIn, type StoreContents } from './backup';
export { openEmbeddedReader, openEmbeddedStore } from './embedded-store';
export { DamagedLog } from './log-order';
