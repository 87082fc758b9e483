import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const pure = [
  'events/**/*.ts',
  'projections/**/*.ts',
  'libs/calendar/**/*.ts',
  'libs/enrollment/**/*.ts',
  'libs/policy/evaluation/**/*.ts',
];
const noClock = [
  {
    object: 'Date',
    property: 'now',
    message: 'Pure folders read no clock: the day asked about arrives as an argument.',
  },
  { object: 'Math', property: 'random', message: 'Pure folders are deterministic.' },
];

export default tseslint.config(
  { ignores: ['node_modules/**', 'dist/**', 'data/**', 'apps/console/**', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  prettier,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: pure,
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-properties': ['error', ...noClock],
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'Days and months come from libs/calendar; Date carries a clock and a time zone.' },
      ],
    },
  },
);
