export { decide } from './decide';
export type { Command } from './command';
export type { Accepted, Decision, NewEvent, Note, Refused } from './decision';
