import { toDay } from '../../libs/calendar';
import { loadPoliciesOrThrow } from '../../libs/policy/loader';
import { runScenario, scenarioFiles } from '../../libs/scenario';
import type { Grounds } from '../inquiry';
import { answer, type Answer } from '.';

const policies = loadPoliciesOrThrow('policies');
const asked = scenarioFiles(['scenarios']).flatMap((file) => {
  const found: Grounds[] = [];
  runScenario(file, policies, {
    answer: (grounds) => {
      if (grounds.person.facts.length > 0) found.push(grounds);
      return {};
    },
    decide: () => ({}),
  });
  return found;
});

const on = (grounds: Grounds, validOn: string): Grounds => ({ ...grounds, question: { ...grounds.question, validOn } });
const forgotten = (grounds: Grounds): Grounds => ({ ...grounds, person: { ...grounds.person } });

/** The same packs, none of them in force. */
const lawless = (law: Grounds['policies']): Grounds['policies'] =>
  Object.assign(Object.create(law) as Grounds['policies'], { inForceOn: () => undefined, first: () => undefined });

/** The day asked about, and days of the life before and after it. */
function days({ question, person }: Grounds): string[] {
  const step = Math.ceil(person.facts.length / 5);
  const some = person.facts.filter((_fact, index) => index % step === 0).flatMap(({ day }) => [day, day + 40]);
  return [question.validOn, ...some.map((day) => toDay(day)), question.validOn];
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

it('is tried on many questions', () => expect(asked.length).toBeGreaterThan(500));

it('taken over from another day, leads to the answer that it would lead to found anew', () => {
  for (const grounds of asked.filter((_one, index) => index % 3 === 0)) {
    const life = forgotten(grounds);
    for (const day of days(grounds)) {
      // Whoever changed what another answer stands on, would be told so by the frozen parts.
      const taken: Answer = frozen(answer(on(life, day)));
      const anew = answer(forgotten(on(grounds, day)));
      if (JSON.stringify(taken) !== JSON.stringify(anew)) expect(taken).toEqual(anew);
    }
  }
});

it('is not taken over where readings, region, packs or what a region told are others', () => {
  const others = (grounds: Grounds): Grounds[] => {
    const { question, regions } = grounds;
    return [
      { ...grounds, question: { ...question, readings: { ...question.readings, 'A-01': 'B', 'A-03': 'B' } } },
      { ...grounds, question: { ...question, region: '990100' } },
      {
        ...grounds,
        regions: new Map([...regions].map(([code, history]) => [code, { ...history, facts: [], byType: new Map() }])),
      },
      { ...grounds, policies: lawless(grounds.policies) },
    ];
  };
  let differing = 0;
  for (const grounds of asked.filter((_one, index) => index % 5 === 0)) {
    const life = forgotten(grounds);
    const own = JSON.stringify(answer(life));
    answer(life);
    for (const other of others(life)) {
      const taken = JSON.stringify(answer(other));
      expect(taken).toBe(JSON.stringify(answer(forgotten(other))));
      if (taken !== own) differing++;
      expect(JSON.stringify(answer(life))).toBe(own);
      answer(life);
    }
  }
  expect(differing).toBeGreaterThan(200);
});
