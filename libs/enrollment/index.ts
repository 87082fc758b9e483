export { decide } from './decide';
export type { Command } from './command';
export type { Accepted, Decision, Refused } from './decision';
