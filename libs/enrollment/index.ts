export { decide } from './decide';
export { commandNames, eventOfCommand, type Command } from './command';
export type { Accepted, Decision, Refused } from './decision';
