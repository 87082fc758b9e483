import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestCluster } from '../../libs/event-store/testing/node';
import { ledger } from './testing/ledger-process';
import { runLedger } from './program';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const lines = (...events: object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** In this process: what a command prints and ends with. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

/** What a file of events answers for a day, by one region's rules. */
const asked = (events: string, on: string, ...more: string[]) =>
  run('answer', '--region', '211200', '--events', events, '--on', on, ...more);

const month = (feeMonth: string, on: string, more: object = {}) => ({
  type: 'Paid',
  person: 'P1',
  effectiveOn: on,
  recordedAt: `${on}T10:00:00+08:00`,
  data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: feeMonth, through: feeMonth } },
  ...more,
});
const registered = {
  type: 'Registered',
  person: 'P1',
  effectiveOn: '2022-05-09',
  recordedAt: '2022-05-09T10:00:00+08:00',
  data: { scheme: 'employee', region: '211200', participation: 'employed', firstTime: true },
};
const firstTimer = () =>
  file(
    'first.jsonl',
    lines(
      registered,
      month('2022-05', '2022-05-16'),
      ...['06', '07', '08'].map((one) => month(`2022-${one}`, `2022-${one}-02`)),
    ),
  );

describe('ledger answer --events', () => {
  test('prints exactly the contract’s object, the position as text', async () => {
    const { status, out } = await asked(firstTimer(), '2022-08-20', '--known', '2022-12-31', '--json');
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      person: 'P1',
      region: '211200',
      validOn: '2022-08-20',
      position: '5',
      benefit: { status: 'covered', scheme: 'employee' },
      waitingPeriods: [{ from: '2022-05-16', through: '2022-08-13', cause: 'firstTime', rule: 'TL-2.2.1a' }],
    });
  });

  test('is asked again byte for byte the same at one basis', async () => {
    const ask = () => asked(firstTimer(), '2022-08-20', '--known', '2022-12-31', '--json');
    expect((await ask()).out).toBe((await ask()).out);
  });

  test('ends with 1 when the answer is no', async () => {
    const { status, out } = await asked(firstTimer(), '2022-06-20', '--json');
    expect(status).toBe(1);
    expect((JSON.parse(out) as { benefit: object }).benefit).toMatchObject({ status: 'waiting' });
  });

  test('reads an unclear clause as it is told', async () => {
    const { out } = await asked(firstTimer(), '2022-08-20', '--reading', 'A-01=B', '--json');
    expect(JSON.parse(out)).toMatchObject({
      waitingPeriods: [{ from: '2022-05-17', through: '2022-08-14' }],
      readings: expect.arrayContaining([{ id: 'A-01', choice: 'B', by: 'question' }]) as unknown,
    });
  });

  test('asks under another pack, and writes nothing', async () => {
    const own = readFileSync('policies/211200-tieling/2022-04-01.yaml', 'utf8');
    const shorter = own.replaceAll('length: 90, unit: day', 'length: 10, unit: day');
    expect(shorter).not.toBe(own);
    const pack = file('shorter.yaml', shorter);
    const ask = ['answer', '--region', '211200', '--events', firstTimer(), '--on', '2022-06-20', '--json'];
    const [now, then] = [await run(...ask), await run(...ask, '--pack', pack)];
    expect(JSON.parse(now.out)).toMatchObject({ benefit: { status: 'waiting' } });
    expect(JSON.parse(then.out)).toMatchObject({ waitingPeriods: [{ from: '2022-05-16', through: '2022-05-25' }] });
    expect(readFileSync('policies/211200-tieling/2022-04-01.yaml', 'utf8')).toBe(own);
    expect((await run(...ask, '--pack', join(folder, 'none.yaml'))).err).toMatch(/--pack: .*none\.yaml/);
  });

  test('lists how the answer changes under the other readings', async () => {
    const { out } = await asked(firstTimer(), '2022-08-14', '--known', '2022-12-31', '--both-readings', '--json');
    const { answer, alternatives } = JSON.parse(out) as {
      answer: { benefit: object };
      alternatives: { reading: string; choice: string; changes: object[] }[];
    };
    expect(answer.benefit).toMatchObject({ status: 'covered' });
    const other = alternatives.find(({ reading }) => reading === 'A-01')!;
    expect(other).toMatchObject({ choice: 'B' });
    expect(other.changes).toContainEqual({ path: 'benefit.status', from: 'covered', to: 'waiting' });
  });

  test('knows what was known then: by day, by instant and by position', async () => {
    const path = file(
      'late.jsonl',
      lines(registered, month('2022-05', '2022-05-16', { recordedAt: '2022-06-10T12:00:00+08:00' })),
    );
    const paid = async (known: string) => {
      const { out } = await asked(path, '2022-06-20', '--known', known, '--json');
      return (JSON.parse(out) as { contribution: { actual: number } }).contribution.actual;
    };
    expect(await paid('2022-06-09')).toBe(0);
    expect(await paid('2022-06-10')).toBe(1);
    expect(await paid('2022-06-10T03:59:59Z')).toBe(0);
    expect(await paid('2022-06-10T04:00:00Z')).toBe(1);
    expect(await paid('1')).toBe(0);
    expect(await paid('2')).toBe(1);
  });

  test('takes region events of the same file, those without a region for the one asked about', async () => {
    const published = {
      type: 'ReferenceValuePublished',
      effectiveOn: '2022-01-01',
      recordedAt: '2022-01-01',
      data: { name: 'averageMonthlyWageFen', value: 600000, unit: 'fen', validFrom: '2022-01-01', source: 'fixture' },
    };
    const reached = {
      type: 'StatutoryAgeReached',
      person: 'P1',
      effectiveOn: '2022-06-01',
      recordedAt: '2022-06-01',
      data: {},
    };
    const identified = {
      type: 'Identified',
      person: 'P1',
      effectiveOn: '2022-01-01',
      recordedAt: '2022-01-01',
      data: { sex: 'male' },
    };
    const path = file(
      'region.jsonl',
      lines(identified, published, registered, month('2022-05', '2022-05-16'), reached),
    );
    const { out } = await asked(path, '2022-06-20', '--json');
    expect((JSON.parse(out) as { retirement: object }).retirement).toMatchObject({ lumpSum: { baseFen: 600000 } });
  });

  test('without a region asks the person’s own, without an id names a line by its content', async () => {
    const path = file('twice.jsonl', lines(registered, month('2022-05', '2022-05-16'), month('2022-05', '2022-05-16')));
    const { out } = await run('answer', '--events', path, '--on', '2022-06-20', '--json');
    expect(JSON.parse(out)).toMatchObject({ region: '211200', contribution: { actual: 1, doubleCounted: 0 } });
  });

  test('is a page in Chinese or English', async () => {
    const zh = await asked(firstTimer(), '2022-08-20');
    expect(zh.out).toContain('可享受待遇');
    expect(zh.out).toContain('TL-2.2.1a');
    const en = await asked(firstTimer(), '2022-08-20', '--lang', 'en', '--both-readings');
    expect(en.out).toContain('covered');
    expect(en.out).toContain('A-01 = B');
  });

  test('reads the standard input', () => {
    const { status, out } = ledger(['answer', '--region', '211200', '--events', '-', '--on', '2022-08-20', '--json'], {
      input: readFileSync(firstTimer(), 'utf8'),
    });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ person: 'P1' });
  });
});

describe('bad usage and bad input end with 2 and say where', () => {
  const first = () => ['--events', firstTimer(), '--on', '2022-08-20'];
  test.each<[string, () => string[], RegExp]>([
    ['no command', () => ['nothing'], /unknown command/],
    ['no day', () => ['answer', '--region', '211200', '--events', firstTimer()], /--on/],
    ['no such day', () => ['answer', '--events', firstTimer(), '--on', '2022-02-30'], /--on.*2022-02-30/],
    ['a short region', () => ['answer', '--region', '2112', ...first()], /--region.*six digits/],
    ['an unknown option', () => ['answer', '--regoin', '211200', ...first()], /--regoin/],
    ['an unknown reading', () => ['answer', '--region', '211200', ...first(), '--reading', 'A-999=B'], /A-999/],
    ['an unknown choice', () => ['answer', '--region', '211200', ...first(), '--reading', 'A-01=Z'], /A-01.*choices/],
    [
      'a reading without a choice',
      () => ['answer', '--region', '211200', ...first(), '--reading', 'A-01'],
      /A-nn=choice/,
    ],
    ['a language nobody has', () => ['answer', '--region', '211200', ...first(), '--lang', 'fr'], /fr/],
    [
      'an unreadable limit of knowledge',
      () => ['answer', '--region', '211200', ...first(), '--known', 'yesterday'],
      /--known.*yesterday/,
    ],
    [
      'neither file nor store',
      () => ['answer', '--region', '211200', '--on', '2022-08-20'],
      /--events FILE or --store/,
    ],
    ['both file and store', () => ['answer', '--region', '211200', ...first(), '--store', 'x'], /--store/],
    [
      'no such file',
      () => ['answer', '--region', '211200', '--events', 'nowhere.jsonl', '--on', '2022-08-20'],
      /nowhere\.jsonl/,
    ],
    [
      'no such store',
      () => ['answer', '--store', join(folder, 'nowhere'), '--person', 'P1', '--on', '2022-08-20'],
      /no event store/,
    ],
    ['a person the file does not hold', () => ['answer', '--region', '211200', ...first(), '--person', 'P2'], /P2/],
    [
      'an identity number for a person',
      () => ['answer', '--region', '211200', ...first(), '--person', '11010519491231002X'],
      /never an identity number/,
    ],
    [
      'no such pack folder',
      () => ['answer', '--region', '211200', ...first(), '--policies', join(folder, 'none')],
      /--policies/,
    ],
    [
      'a line that is not JSON',
      () => [
        'answer',
        '--region',
        '211200',
        '--events',
        file('bad.jsonl', `${JSON.stringify(registered)}\n{"type"\n`),
        '--on',
        '2022-08-20',
      ],
      /bad\.jsonl:2: not JSON/,
    ],
    [
      'a field that does not exist',
      () => [
        'answer',
        '--events',
        file('field.jsonl', lines(registered, month('2022-05', '2022-05-16', { colour: 'red' }))),
        '--on',
        '2022-08-20',
      ],
      /field\.jsonl:2: colour/,
    ],
    [
      'months out of order',
      () => [
        'answer',
        '--events',
        file(
          'months.jsonl',
          lines({
            ...month('2022-05', '2022-05-16'),
            data: {
              scheme: 'employee',
              region: '211200',
              kind: 'regular',
              feeMonths: { from: '2022-06', through: '2022-05' },
            },
          }),
        ),
        '--on',
        '2022-08-20',
      ],
      /months\.jsonl:1: data\.feeMonths/,
    ],
    [
      'several persons and none named',
      () => [
        'answer',
        '--region',
        '211200',
        '--events',
        file('two.jsonl', lines(registered, { ...registered, person: 'P2' })),
        '--on',
        '2022-08-20',
      ],
      /2 persons/,
    ],
    [
      'one id for two facts',
      () => [
        'answer',
        '--region',
        '211200',
        '--events',
        file('ids.jsonl', lines({ ...registered, id: 'a' }, month('2022-05', '2022-05-16', { id: 'a' }))),
        '--on',
        '2022-08-20',
      ],
      /ids\.jsonl:2: id.*line 1/,
    ],
  ])('%s', async (_, args, message) => {
    const { status, out, err } = await run(...args());
    expect(err).toMatch(message);
    expect(status).toBe(2);
    expect(out).toBe('');
  });

  test('an identity number is never repeated', async () => {
    const path = file('identity.jsonl', lines({ ...registered, person: '11010519491231002X' }));
    const { status, err } = await asked(path, '2022-08-20');
    expect(status).toBe(2);
    expect(err).not.toContain('11010519491231002X');
  });
});

describe('ledger scenario', () => {
  const scenario = (wanted: string) =>
    `scenario: X-1\ntitle: a case\nregion: "211200"\ngiven:\n  - { Paid: { scheme: employee, kind: regular }, each: 2022-05..2022-08, day: 5 }\nthen:\n  - { ask: { validOn: 2022-08-10 }, expect: { contribution: { actual: ${wanted} } } }\n`;

  test('ends with what passed and failed, and 1 when something failed', async () => {
    mkdirSync(join(folder, 'cases', 'below'), { recursive: true });
    file('cases/good.yaml', scenario('4'));
    file('cases/below/bad.yml', scenario('5'));
    const { status, out } = await run('scenario', join(folder, 'cases'));
    expect(status).toBe(1);
    expect(out).toMatch(/bad\.yml:7 X-1 · a case/);
    expect(out).toContain('contribution.actual: wanted 5, got 4');
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed');
    expect((await run('scenario', join(folder, 'cases', 'good.yaml'))).status).toBe(0);
  });

  test('says which file cannot be read, and runs the others', async () => {
    const broken = file('broken.yaml', 'scenario: X\nregion: "211200"\nthen: [\n');
    const { status, out, err } = await run('scenario', broken, file('good.yaml', scenario('4')));
    expect(status).toBe(2);
    expect(err).toMatch(/broken\.yaml:\d+: /);
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed');
  });

  test('with --json tells the failures as data', async () => {
    const { status, out } = await run('scenario', '--json', file('bad.yaml', scenario('5')));
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: 0,
      failed: 1,
      failures: [{ scenario: 'X-1', line: 7, disagreements: [{ path: 'contribution.actual', wanted: 5, got: 4 }] }],
    });
  });

  test('an empty folder is no success', async () => {
    mkdirSync(join(folder, 'empty'));
    expect((await run('scenario', join(folder, 'empty'))).status).toBe(2);
    expect((await run('scenario', join(folder, 'nowhere'))).status).toBe(2);
  });
});

describe('a ledger from import to answer', () => {
  const store = () => join(folder, 'data');
  const inbox = () => join(folder, 'inbox');

  beforeAll(() => cpSync(join(__dirname, '..', '..', 'samples', '211200-tieling'), inbox(), { recursive: true }));

  const importAll = () =>
    run(
      'import',
      ...['relations.csv', 'payments.csv', 'payments-gb18030.csv', 'events.jsonl'].map((name) => join(inbox(), name)),
      '--store',
      store(),
      '--migrated-from',
      'samples',
      '--json',
    );

  test('imports, and imported again adds nothing', async () => {
    const first = await importAll();
    expect(first.status).toBe(1);
    const summary = JSON.parse(first.out) as {
      rows: number;
      recorded: number;
      already: number;
      refused: number;
      events: number;
    };
    expect(summary.recorded + summary.already + summary.refused).toBe(summary.rows);
    expect(summary.events).toBeGreaterThan(900);
    expect(first.err).toContain('payments.csv');
    expect(existsSync(join(inbox(), 'payments.csv.refused.csv'))).toBe(true);

    const again = JSON.parse((await importAll()).out) as typeof summary;
    expect(again).toMatchObject({
      events: 0,
      recorded: 0,
      already: summary.recorded + summary.already,
      refused: summary.refused,
    });
  });

  test('a late correction changes what is known after it, and nothing before', async () => {
    const ask = async (known: string) =>
      JSON.parse(
        (
          await run(
            'answer',
            '--store',
            store(),
            '--person',
            'P2112000086',
            '--on',
            '2022-08-14',
            '--known',
            known,
            '--json',
          )
        ).out,
      ) as { benefit: { status: string } };
    expect((await ask('2022-08-24')).benefit.status).toBe('covered');
    expect((await ask('2022-08-26')).benefit.status).toBe('waiting');
  });

  test('events are listed as envelopes; nobody’s are none', async () => {
    const { status, out } = await run('events', 'P2112000086', '--store', store(), '--json');
    const events = JSON.parse(out) as {
      type: string;
      revision: number;
      position: string;
      metadata: { migratedFrom: string };
    }[];
    expect(status).toBe(0);
    expect(events[0]).toMatchObject({ type: 'Registered', revision: 0, metadata: { migratedFrom: 'samples' } });
    expect(typeof events[0]!.position).toBe('string');
    expect((await run('events', 'NOBODY', '--store', store())).status).toBe(1);
    expect((await run('events', 'region-211200', '--store', store())).out).toContain('CollectionPeriodAnnounced');
  });

  test('records events, once with one key, and refuses a batch whole', async () => {
    const died = { type: 'Died', effectiveOn: '2023-03-01', data: {} };
    const path = file('record.jsonl', lines(died));
    const record = () =>
      run('record', path, '--store', store(), '--person', 'P2112000001', '--key', 'k1', '--actor', 'clerk-7', '--json');
    expect(JSON.parse((await record()).out)).toMatchObject([
      { outcome: 'recorded', events: [{ type: 'Died', metadata: { actor: 'clerk-7' } }] },
    ]);
    expect(JSON.parse((await record()).out)).toMatchObject([{ outcome: 'alreadyRecorded' }]);

    const target = '00000000-0000-4000-8000-000000000000';
    const bad = file(
      'bad-record.jsonl',
      lines(died, { type: 'Voided', effectiveOn: '2023-03-02', data: { target, reason: 'no such' } }),
    );
    const refused = await run('record', bad, '--store', store(), '--person', 'P2112000001');
    expect(refused.status).toBe(2);
    expect(refused.err).toMatch(/line 2: data\.target/);
  });

  test('is found where the server finds it, on an EventStoreDB too', async () => {
    const cluster = await startTestCluster();
    const address = cluster.connectionString();
    const ask = ['answer', '--person', 'P1', '--on', '2022-08-20', '--json'];
    const before = process.env['EVENTSTORE_URL'];
    process.env['EVENTSTORE_URL'] = address;
    try {
      expect((await run('import', firstTimer(), '--migrated-from', 'old', '--quiet')).status).toBe(0);
      expect((await run('events', 'P1')).out).toContain('Registered');
      expect((await run(...ask, '--store', address)).status).toBe(0);
      expect((await run('events', 'P1', '--store', store())).status).toBe(1);
    } finally {
      if (before === undefined) delete process.env['EVENTSTORE_URL'];
      else process.env['EVENTSTORE_URL'] = before;
      await cluster.stop();
    }
  });

  test('is copied whole, once', async () => {
    const copy = () => run('copy', '--from', store(), '--to', join(folder, 'copy'), '--json', '--quiet');
    const first = JSON.parse((await copy()).out) as { events: number; copied: number };
    expect(first.copied).toBeGreaterThan(900);
    expect(JSON.parse((await copy()).out)).toEqual({ events: first.events, copied: 0 });
    expect((await run('copy', '--from', join(folder, 'nowhere'), '--to', store())).status).toBe(2);
    const other = join(folder, 'other-data');
    await run(
      'record',
      file('other.jsonl', lines({ type: 'Died', person: 'P7', effectiveOn: '2023-03-01', data: {} })),
      '--store',
      other,
    );
    expect((await run('copy', '--from', store(), '--to', other)).status).toBe(1);
  });

  test('an unreadable extract is refused whole, with what was expected', async () => {
    const { status, err } = await run('import', file('other.csv', 'a,b\n1,2\n'), '--store', store());
    expect(status).toBe(2);
    expect(err).toMatch(/other\.csv: not a table of the mapping.*psn_no/s);
  });
});

describe('ledger policy', () => {
  test('checks the ledger’s own packs', async () => {
    const { status, out } = await run('policy', 'check', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ errors: 0 });
  });

  test('names file, line and path of what is wrong', async () => {
    const packs = join(folder, 'packs');
    cpSync(join(__dirname, '..', '..', 'policies'), packs, { recursive: true });
    const pack = join(packs, '211200-tieling', '2022-04-01.yaml');
    writeFileSync(pack, `${readFileSync(pack, 'utf8')}\nsurprise: 1\n`);
    const { status, err } = await run('policy', 'check', packs);
    expect(status).toBe(1);
    expect(err).toMatch(/2022-04-01\.yaml:\d+:\d+ error: .*surprise/);
    expect((await asked(firstTimer(), '2022-08-20', '--policies', packs)).status).toBe(2);
  });

  test('shows what is in force, and says where nothing is', async () => {
    const shown = await run('policy', 'show', '211200', '--on', '2022-11-05');
    expect(shown.status).toBe(0);
    expect(shown.out).toContain('TL-2.2.2b');
    expect((await run('policy', 'show', '211200', '--on', '2001-01-01')).status).toBe(1);
    expect((await run('policy', 'show', '999999', '--on', '2022-01-01')).status).toBe(1);
    expect((await run('policy', 'show', 'Tieling')).status).toBe(2);
  });

  test('compares packs', async () => {
    expect((await run('policy', 'diff', '211200', '211200-tieling@2022-04-01')).status).toBe(0);
    const { status, out } = await run('policy', 'diff', '211200', '320700', '--json');
    expect(status).toBe(1);
    expect((JSON.parse(out) as object[]).length).toBeGreaterThan(5);
    expect((await run('policy', 'diff', '211200', 'Atlantis')).status).toBe(2);
  });

  test('begins a pack that loads as it stands', async () => {
    const packs = join(folder, 'more-packs');
    cpSync(join(__dirname, '..', '..', 'policies'), packs, { recursive: true });
    const args = [
      'policy',
      'new',
      '450300',
      '--slug',
      'guilin',
      '--name-zh',
      '桂林市',
      '--name-en',
      'Guilin',
      '--document',
      '桂林 2024',
      '--from',
      '2024-01-01',
      '--policies',
      packs,
    ];
    expect((await run(...args)).status).toBe(0);
    expect((await run('policy', 'check', packs)).status).toBe(0);
    expect((await run('policy', 'show', '450300', '--on', '2024-06-01', '--policies', packs)).status).toBe(0);
    expect((await run(...args)).status).toBe(2);
  });

  test('writes the coverage page, and says when it is out of date', async () => {
    const page = join(folder, 'rules.md');
    expect((await run('policy', 'coverage', '--out', page, '--check')).status).toBe(1);
    await run('policy', 'coverage', '--out', page);
    expect(readFileSync(page, 'utf8')).toContain('TL-2.2.2b');
    const { out } = await run('policy', 'coverage', '--out', page, '--check', '--json');
    expect(JSON.parse(out)).toMatchObject({ upToDate: true });
  });
});

describe('as a process', () => {
  test.each([
    [['--help'], 0],
    [['answer', '--help'], 0],
    [['nothing'], 2],
    [['answer'], 2],
    [['scenario', 'nowhere.yaml'], 2],
  ])('ledger %s ends with %s', (args, status) => expect(ledger(args).status).toBe(status));

  test('a reader that has seen enough does no harm', () => {
    const command = [
      process.execPath,
      '-r',
      join(__dirname, 'testing', 'register-typescript.cjs'),
      join(__dirname, 'main.ts'),
      'policy',
      'show',
      '211200',
      '--on',
      '2022-11-05',
    ];
    const { status, stderr } = spawnSync('sh', ['-c', `${command.map((part) => `'${part}'`).join(' ')} | head -1`], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stderr).toBe('');
  });

  test('bin/ledger says how to build what is not built', () => {
    const elsewhere = join(folder, 'elsewhere', 'bin');
    mkdirSync(elsewhere, { recursive: true });
    cpSync(join(__dirname, '..', '..', 'bin', 'ledger'), join(elsewhere, 'ledger'));
    const { status, stderr } = spawnSync(process.execPath, [join(elsewhere, 'ledger'), '--help'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/npm run build/);
  });
});
