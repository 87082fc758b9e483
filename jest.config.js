/** @type {import('jest').Config} */
module.exports = {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/events', '<rootDir>/projections', '<rootDir>/bin'],
  testRegex: '\\.spec\\.ts$',
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  testEnvironment: 'node',
  testTimeout: 60000,
  workerIdleMemoryLimit: '1GB',
};
