import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../projections/answer';
import type { Grounds } from '../../projections/inquiry';
import { loadPoliciesOrThrow } from '../policy';
import { runScenario } from './run';

const mockAnswers: Answer[] = [];

// The engine itself, with its answers listened to.
jest.mock('../../projections/answer/join', () => {
  const engine = jest.requireActual<{ answer(grounds: Grounds): Answer }>('../../projections/answer/join');
  return {
    answer: (grounds: Grounds) => {
      const answer = engine.answer(grounds);
      mockAnswers.push(answer);
      return answer;
    },
  };
});

const LISTS = [
  'registrations',
  'waitingPeriods',
  'waived',
  'coverage',
  'interruptions',
  'refunds',
  'backPayments',
  'lateFees',
  'bases',
  'duplicates',
  'stays',
  'aid',
  'premiumsDue',
] as const;
const MONTHS = ['total', 'deemed', 'military', 'purchased', 'doubleCounted', 'consecutive', 'residentMonths'] as const;

/** Parts of an answer that claim something and give no reason. */
function unexplained(answer: Answer): string[] {
  const said = (claim: string) =>
    answer.because.some((one) => one.claim === claim || one.claim.startsWith(`${claim}.`)) ||
    answer.undetermined.some(({ question }) => question === claim);
  const claims = [
    'benefit',
    ...LISTS.filter((part) => answer[part].length > 0),
    ...MONTHS.filter((kind) => answer.contribution[kind] > 0).map((kind) => `contribution.${kind}`),
    ...(answer.payment.status === 'none' ? [] : ['payment']),
    ...(answer.place === undefined ? [] : ['place']),
    ...(Object.keys(answer.retirement) as (keyof Answer['retirement'])[])
      .filter((part) => answer.retirement[part] !== undefined && answer.retirement[part] !== false)
      .map((part) => `retirement.${part}`),
    ...(answer.retirement.conditionsMet === false ? ['retirement.conditionsMet'] : []),
  ];
  return claims.filter((claim) => !said(claim));
}

describe('every claim of an answer', () => {
  const folder = join(__dirname, '../../scenarios');
  const policies = loadPoliciesOrThrow(join(__dirname, '../../policies'));

  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('has its reason in %s', (name) => {
    mockAnswers.length = 0;
    runScenario(join(folder, name), policies);
    const holes = mockAnswers.map((answer) => ({ on: answer.validOn, holes: unexplained(answer) }));
    expect(holes.filter((one) => one.holes.length > 0)).toEqual([]);
    for (const { because } of mockAnswers)
      for (const { rule, citation, zh, en } of because) {
        expect([rule, citation.document, citation.article, zh, en].every((text) => text.length > 0)).toBe(true);
      }
  });
});
