/** Where files are sent, in every spelling that the router takes for it; the routes read their bodies themselves. */
export const FILES_ADDRESS = /^\/v1\/(imports|reconciliations)\/?(\?|$)/i;
