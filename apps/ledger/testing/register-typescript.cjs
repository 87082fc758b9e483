// `node -r` this file to run the program from its sources, as .swcrc compiles it: for test processes only.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const cwd = join(__dirname, '..', '..', '..');
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, cwd, root: cwd, sourceMaps: 'inline' });
  module._compile(code, filename);
};
