export { answerPage } from './answer-page';
export { table } from './layout';
export { inForcePage } from './in-force-page';
