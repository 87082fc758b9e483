export { interruptionsOn } from './interruptions';
