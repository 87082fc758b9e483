export { addBench } from './bench-command';
