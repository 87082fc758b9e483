/** Where files are sent; the route reads its body itself. */
export const IMPORTS_PATH = '/v1/imports';
