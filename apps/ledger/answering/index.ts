export { addAnswer } from './answer-command';
export { type Alternative } from './both-readings';
