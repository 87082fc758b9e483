export { answerPage } from './answer-page';
export { labelled, table, wrapped } from './layout';
export { inForcePage } from './in-force-page';
