export * from './answer';
export { answer } from './join';
