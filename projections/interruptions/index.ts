export { interruptionsOn, runningBreak } from './interruptions';
