// `node -r` this file to run TypeScript sources: for test processes only.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

const jsc = { target: 'es2022', parser: { syntax: 'typescript', decorators: true } };
require.extensions['.ts'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  const { code } = transformSync(source, {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc,
  });
  module._compile(code, filename);
};
