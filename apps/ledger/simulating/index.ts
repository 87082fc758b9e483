export { addSimulate } from './simulate-command';
