export * from './answer';
export { answer } from './join';
export { AnswerParts, type AnswerPart } from './parts';
