export { openEmbeddedReader, openEmbeddedStore } from './embedded-store';
