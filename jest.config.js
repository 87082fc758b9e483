/** @type {import('jest').Config} */
module.exports = {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/events', '<rootDir>/projections', '<rootDir>/bin'],
  testRegex: '\\.spec\\.ts$',
  transform: { '^.+\\.[jt]s$': '@swc/jest' },
  // Packages that are ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(?:jose|openapi-fetch|eventsource-parser)/)'],
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  testEnvironment: 'node',
  testTimeout: 60000,
  workerIdleMemoryLimit: '1GB',
};
