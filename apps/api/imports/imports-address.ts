/** Where files are sent, in every spelling that the router takes for it; the route reads its body itself. */
export const IMPORTS_ADDRESS = /^\/v1\/imports\/?(\?|$)/i;
