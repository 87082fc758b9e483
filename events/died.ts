import { define } from './envelope';

/** `effectiveOn` is the day of death, which is still covered. No fields. */
export class DiedData {}

export const died = define('Died', DiedData);
