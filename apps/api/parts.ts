/** The names under which Nest finds what has no class of its own. */
export const STORE = Symbol('the event store');
export const SETTINGS = Symbol('the settings');
/** What the projector inside the server tells of itself; undefined where there is none. */
export const PULSE = Symbol('the pulse of the projector');
export const TOKEN = Symbol('the bearer token');
