export { answerPage } from './answer-page';
