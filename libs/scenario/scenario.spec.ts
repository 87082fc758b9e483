import { Policies } from '../policy/evaluation';
import { factsOf } from '../../projections/history';
import type { Grounds } from '../../projections/inquiry';
import { runScenarioText, type Engine } from './run';
import { UnreadableScenario } from './yaml-source';

const noPacks = new Policies([]);

/** An engine that answers with what it was asked and what it knew. */
const echo: Engine = {
  answer: ({ question, person, regions, employers }: Grounds) => ({
    question,
    facts: person.facts.map(({ type, day, recordedAt, data }) => ({
      type,
      day,
      recordedAt: recordedAt.slice(0, 10),
      ...data,
    })),
    ids: person.facts.map(({ id }) => id),
    paid: factsOf(person, 'Paid').length,
    regions: Object.fromEntries([...regions].map(([code, history]) => [code, history.facts.map(({ data }) => data)])),
    employers: [...(employers ?? new Map<string, unknown>()).keys()],
  }),
  decide: (command, { question, person }, on) => ({ command, question, on, facts: person.facts.length }),
};

const run = (text: string) => runScenarioText('case.yaml', text, noPacks, echo);
const head = 'scenario: X-1\ntitle: a case\nregion: "211200"\n';

function holds(text: string): void {
  const results = run(head + text);
  expect(results.filter(({ passed }) => !passed).map(({ disagreements, error }) => error ?? disagreements)).toEqual([]);
  expect(results.length).toBeGreaterThan(0);
}

function refuses(text: string): UnreadableScenario {
  try {
    run(text);
  } catch (error) {
    if (error instanceof UnreadableScenario) return error;
    throw error;
  }
  throw new Error('expected the file to be refused');
}

describe('given events', () => {
  test('take region, person and recorded day from the scenario', () => {
    holds(`
given:
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-10 }, on: 2022-10-12 }
then:
  - ask: { validOn: 2022-11-05 }
    expect:
      question: { person: P, region: "211200", validOn: 2022-11-05, knownAt: 2022-11-05, readings: null }
      facts: [{ type: Paid, region: "211200", recordedAt: 2022-10-12, feeMonths: { from: 2022-10, through: 2022-10 } }]
`);
  });

  test('repeat for every fee month, on a day of it or of the month before', () => {
    holds(`
given:
  - { Paid: { scheme: employee, kind: regular }, each: 2021-12..2022-02, day: 31 }
  - { Paid: { scheme: employee, kind: regular }, each: 2022-03..2022-03, dayBefore: 25 }
then:
  - ask: { validOn: 2022-11-05 }
    expect:
      facts:
        - { recordedAt: 2021-12-31, feeMonths: 2021-12 }
        - { recordedAt: 2022-01-31, feeMonths: 2022-01 }
        - { recordedAt: 2022-02-25, feeMonths: 2022-03 }
        - { recordedAt: 2022-02-28, feeMonths: 2022-02 }
`);
  });

  test('repeat by the calendar year with kind annual', () => {
    holds(`
given:
  - { Paid: { scheme: employee, kind: annual, participation: flexible }, each: 2021-01..2022-12, day: 8 }
  - { Paid: { scheme: resident, kind: annual }, each: 2023..2024, dayBefore: 20 }
then:
  - ask: { validOn: 2025-11-05 }
    expect:
      facts:
        - { recordedAt: 2021-01-08, feeMonths: { from: 2021-01, through: 2021-12 } }
        - { recordedAt: 2022-01-08, feeMonths: { from: 2022-01, through: 2022-12 } }
        - { recordedAt: 2022-12-20, benefitYear: 2023, feeMonths: null }
        - { recordedAt: 2023-12-20, benefitYear: 2024 }
`);
  });

  test('whose on is a span are recorded at its end', () => {
    holds(`
given:
  - { MilitaryServed: {}, on: 1998-12-10..2010-11-29 }
  - { YearsRecognised: { kind: deemed, span: 1990-01..1991-12 } }
then:
  - ask: { validOn: 2011-01-01 }
    expect:
      facts:
        - { type: YearsRecognised, recordedAt: 1991-12-31, region: "211200" }
        - { type: MilitaryServed, recordedAt: 2010-11-29, span: 1998-12..2010-11 }
`);
  });

  test('are known from the day they were recorded, and asked by default when all are known', () => {
    holds(`
given:
  - { Died: {}, on: 2022-06-20, recorded: 2022-06-28 }
then:
  - { ask: { validOn: 2022-06-21, knownAt: 2022-06-27 }, expect: { facts: [] } }
  - { ask: { validOn: 2022-06-21, knownAt: 2022-06-28 }, expect: { facts: [{ type: Died }] } }
  - { ask: { validOn: 2022-06-21 }, expect: { question: { knownAt: 2022-06-28 }, facts: [{ type: Died }] } }
  - { ask: { validOn: 2022-07-21 }, expect: { question: { knownAt: 2022-07-21 } } }
`);
  });

  test('go to people, regions and employers', () => {
    holds(`
reference: { averageMonthlyWageFen: 600000, requiredTotalMonths.male: 360, schemeStart: 2001-01-01 }
people: { P1: { birthDate: 1980-02-29, fundMode: pooledOnly }, P2: }
given:
  - { Registered: { scheme: employee, participation: employed }, on: 2022-01-01, person: P1 }
  - { Registered: { scheme: resident, participation: general }, on: 2022-01-01, person: P1 }
  - { Registered: { scheme: employee, participation: employed, region: 610300 }, on: 2022-01-01, person: P2 }
  - { CollectionPeriodAnnounced: { benefitYear: 2023, kind: collection, from: 2022-09-01, through: 2022-12-31 }, on: 2022-08-01 }
  - { RulingRecorded: { reading: A-01, choice: B }, on: 2022-08-02, person: P2 }
  - { RulingRecorded: { reading: A-02, choice: B }, on: 2022-08-02, stream: region-210000 }
  - { EmployerRegistered: { uscc: E1 }, on: 2022-01-01 }
  - { PayrollDeclared: { cycle: 2022-01..2022-12, totalMonthlyFen: 1, staff: [] }, on: 2022-01-02 }
then:
  - ask: { person: P1, validOn: 2022-09-01 }
    expect:
      facts:
        - { type: Identified, birthDate: 1980-02-29 }
        - { type: Registered, fundMode: pooledOnly }
        - { type: Registered, scheme: resident, fundMode: null }
      regions:
        "211200":
          - { name: averageMonthlyWageFen, value: 600000, unit: fen, validThrough: null }
          - { name: requiredTotalMonths.male, value: 360, unit: month }
          - { name: schemeStart, value: 2001-01-01 }
          - { benefitYear: 2023 }
        "210000": [{ reading: A-02, region: "210000" }]
      employers: [E1]
  - { ask: { person: P2, validOn: 2022-09-01 }, expect: { facts: [{ region: "610300" }, { reading: A-01 }] } }
  - { ask: { person: P2, validOn: 2021-09-01, knownAt: 2021-09-01 }, expect: { facts: [], regions: { "211200": { includes: [{ name: schemeStart }] } } } }
`);
  });

  test('are corrected and voided by label, also when the correction stands first', () => {
    holds(`
given:
  - { Corrected: { target: arrival, data: { feeMonths: 2022-07..2022-08 } }, on: 2022-08-25 }
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-06 }, on: 2022-06-05, id: arrival }
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-09 }, on: 2022-09-05, id: other }
  - { Voided: { target: other }, on: 2022-09-06 }
then:
  - ask: { validOn: 2022-09-05 }
    expect: { facts: [{ feeMonths: 2022-07..2022-08 }], ids: [arrival] }
  - { ask: { validOn: 2022-09-05, knownAt: 2022-09-05 }, expect: { paid: 2 } }
`);
  });

  test('of two corrections recorded on one day the later written wins', () => {
    holds(`
given:
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-06 }, on: 2022-06-05, id: arrival }
  - { Corrected: { target: arrival, data: { unitFen: 1 } }, on: 2022-08-25 }
  - { Corrected: { target: arrival, data: { unitFen: 2 } }, on: 2022-08-25 }
then:
  - { ask: { validOn: 2022-09-05 }, expect: { facts: [{ unitFen: 2 }] } }
`);
  });

  test('request months by span or list', () => {
    holds(`
given:
  - { BackPaymentRequested: { scheme: employee, kind: unregistered, feeMonths: 2022-11..2023-01, employment: 2020-01..2023-01 }, on: 2023-02-01 }
  - { BackPaymentRequested: { scheme: employee, kind: unregistered, feeMonths: [2022-01, 2022-03..2022-04] }, on: 2023-02-02 }
then:
  - ask: { validOn: 2023-02-05 }
    expect: { facts: [{ feeMonths: [2022-11, 2022-12, 2023-01] }, { feeMonths: [2022-01, 2022-03, 2022-04] }] }
`);
  });
});

describe('variants', () => {
  const text = `
reference: { averageMonthlyWageFen: 600000 }
people: { P: { sex: male } }
given:
  - { Paid: { scheme: employee, kind: regular }, each: 2022-01..2022-03, day: 5 }
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-06 }, on: 2022-06-05, id: june }
  - { Paid: { scheme: employee, kind: regular, feeMonths: 2022-07 }, on: 2022-07-05 }
`;

  test('leave events out and add their own', () => {
    holds(`${text}
then: [{ ask: { validOn: 2022-08-01 }, expect: { paid: 5 } }]
variants:
  - title: without two
    without: [0, june]
    given: [{ Paid: { scheme: employee, kind: regular, feeMonths: 2022-05 }, on: 2022-05-05 }]
    then: [{ ask: { validOn: 2022-08-01 }, expect: { paid: 2, facts: [{ type: Identified }, { feeMonths: 2022-05 }, { feeMonths: 2022-07 }], regions: { "211200": [{ value: 600000 }] } } }]
`);
  });

  test('replace people and reference', () => {
    holds(`${text}
variants:
  - title: other people
    reference: { averageMonthlyWageFen: 1 }
    people: { P: { sex: female } }
    then: [{ ask: { validOn: 2022-08-01 }, expect: { facts: { includes: [{ sex: female }] }, regions: { "211200": [{ value: 1 }] } } }]
`);
  });

  test('ask only their own, and decide', () => {
    const results = run(`${head}${text}
then: [{ ask: { validOn: 2022-08-01 }, expect: { paid: 9 } }]
variants:
  - title: decided
    decide: [{ command: { Retire: {} }, on: 2022-06-05, expect: { facts: 5, command: { type: Retire, data: { region: "211200" } } } }]
`);
    expect(results.map(({ passed, variant, item }) => [passed, variant, item])).toEqual([
      [false, undefined, 'then'],
      [true, 'decided', 'decide'],
    ]);
  });
});

test('commands are decided on what was known on the day, with the scenario’s defaults', () => {
  holds(`
people: { P1: { fundMode: withAccount }, P2: {} }
given:
  - { Died: {}, on: 2022-06-05, recorded: 2022-06-06, person: P1 }
decide:
  - command: { Pay: { scheme: employee, kind: regular, feeMonths: 2022-05..2022-06 } }
    person: P1
    on: 2022-06-06
    readings: { A-01: B }
    expect:
      command: { type: Pay, data: { region: "211200", fundMode: withAccount, feeMonths: { from: 2022-05, through: 2022-06 } } }
      question: { person: P1, validOn: 2022-06-06, knownAt: 2022-06-06, readings: { A-01: B } }
      on: 2022-06-06
      facts: 1
  - { command: { Retire: {} }, person: P1, on: 2022-06-05, expect: { facts: 0 } }
`);
});

test('the events of a decision are expected like given ones', () => {
  const decided: Engine = {
    ...echo,
    decide: () => ({
      accepted: true,
      events: [
        {
          type: 'Paid',
          effectiveOn: '2022-06-05',
          data: { kind: 'back', feeMonths: { from: '2022-05', through: '2022-06' } },
        },
      ],
    }),
  };
  const decide = (events: string) =>
    runScenarioText(
      'case.yaml',
      `${head}decide: [{ command: { Pay: {} }, on: 2022-06-05, expect: { events: ${events} } }]`,
      noPacks,
      decided,
    )[0]!;
  expect(decide('[{ Paid: { feeMonths: 2022-05..2022-06 }, on: 2022-06-05 }]').passed).toBe(true);
  expect(decide('{ includes: [{ Paid: { kind: back } }], excludes: [{ Retired: }] }').passed).toBe(true);
  expect(decide('[{ Paid: { feeMonths: 2022-05 } }]').passed).toBe(false);
  expect(decide('[{ Paid: {}, on: 2022-06-06 }]').passed).toBe(false);
  expect(decide('[]').passed).toBe(false);
});

test('an engine that throws fails the expectation and no other', () => {
  const broken: Engine = {
    ...echo,
    answer: () => {
      throw new Error('broken');
    },
  };
  const text = `${head}then: [{ ask: { validOn: 2022-06-05 }, expect: { a: 1 } }]\ndecide: [{ command: { Retire: {} }, on: 2022-06-05, expect: { facts: 0 } }]`;
  const [first, second] = runScenarioText('case.yaml', text, noPacks, broken);
  expect(first).toMatchObject({ passed: false, error: expect.stringContaining('broken') });
  expect(second).toMatchObject({ passed: true });
});

test('anchors, aliases and merge keys work, several scenarios stand in one file', () => {
  const text = `${head}
given:
  - &month { Paid: &paid { scheme: employee, kind: regular, feeMonths: 2022-10 }, on: 2022-10-12 }
  - { Paid: { <<: *paid, feeMonths: 2022-11 }, on: 2022-11-12 }
then: [{ ask: { validOn: 2022-11-13 }, expect: { paid: 2 } }]
---
scenario: X-2
region: 320700
then: [{ ask: { validOn: 2022-11-13 }, expect: { question: { region: 320700 } } }]
`;
  expect(run(text).map(({ scenario, passed }) => [scenario, passed])).toEqual([
    ['X-1', true],
    ['X-2', true],
  ]);
});

describe('a file that cannot be read says where and why', () => {
  test.each<[string, string, number, RegExp]>([
    ['broken YAML', `${head}given: [`, 4, /./],
    ['a duplicate key', `${head}region: "211200"\n`, 4, /unique/],
    ['an empty file', '', 0, /no scenario/],
    ['an unknown key', `${head}gvien: []\n`, 4, /gvien/],
    ['no region', 'scenario: X\nthen: []\n', 1, /region/],
    ['a short region', 'scenario: X\nregion: 2112\nthen: []\n', 2, /six digits/],
    ['nothing asked', `${head}given: []\n`, 1, /asks nothing/],
    ['an expectation of nothing', `${head}then:\n  - { ask: { validOn: 2022-01-01 } }\n`, 5, /expects nothing/],
    [
      'an unknown key of an ask',
      `${head}then:\n  - { ask: { validon: 2022-01-01 }, expect: { a: 1 } }\n`,
      5,
      /validon/,
    ],
    [
      'a day that does not exist',
      `${head}then:\n  - ask: { validOn: 2022-02-30 }\n    expect: { a: 1 }\n`,
      5,
      /2022-02-30/,
    ],
    [
      'a person nobody knows',
      `${head}then:\n  - { ask: { person: Q, validOn: 2022-02-01 }, expect: { a: 1 } }\n`,
      5,
      /"Q"/,
    ],
    [
      'an unknown event',
      `${head}given:\n  - { Payed: {}, on: 2022-01-01 }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /Payed/,
    ],
    [
      'two events in one item',
      `${head}given:\n  - { Died: , Retired: , on: 2022-01-01 }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /one type/,
    ],
    [
      'an unknown field of an event',
      `${head}given:\n  - Died: { why: x }\n    on: 2022-01-01\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /data\.why/,
    ],
    [
      'an event without a day',
      `${head}given:\n  - Died:\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /on is missing/,
    ],
    [
      'months out of order',
      `${head}given:\n  - { Paid: { scheme: employee, kind: regular }, each: 2022-05..2022-01, day: 5 }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /each/,
    ],
    [
      'a repeated event without a day',
      `${head}given:\n  - { Paid: { scheme: employee, kind: regular }, each: 2022-01..2022-02 }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /day or dayBefore/,
    ],
    [
      'a label nobody has',
      `${head}given:\n  - { Voided: { target: nobody }, on: 2022-01-01 }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      5,
      /nobody/,
    ],
    [
      'one label twice',
      `${head}given:\n  - { Died: , on: 2022-01-01, id: a }\n  - { Retired: , on: 2022-01-01, id: a }\nthen: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      6,
      /labelled/,
    ],
    [
      'a without beyond the list',
      `${head}given: []\nvariants:\n  - title: v\n    without: [3]\n    then: [{ ask: { validOn: 2022-01-01 }, expect: { a: 1 } }]\n`,
      7,
      /without/,
    ],
    [
      'an unknown command',
      `${head}decide:\n  - { command: { Retires: {} }, on: 2022-01-01, expect: { accepted: true } }\n`,
      5,
      /Retires/,
    ],
  ])('%s', (_, text, line, reason) => {
    const error = refuses(text);
    expect(error.reason).toMatch(reason);
    expect(error.line).toBe(line);
    expect(error.message).toContain('case.yaml');
  });
});
