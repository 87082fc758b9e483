/** The names under which Nest finds what has no class of its own. */
export const STORE = Symbol('the event store');
export const SETTINGS = Symbol('the settings');
export const TOKEN = Symbol('the bearer token');
