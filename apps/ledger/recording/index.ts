export { addEvents } from './events-command';
export { addRecord } from './record-command';
