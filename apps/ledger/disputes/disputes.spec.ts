import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DifferenceReport, Impact, Timeline } from '../../../libs/disputes';
import { runLedger } from '../program';

let folder: string;
let data: string;

const paid = (month: string, on: string, known = on) =>
  JSON.stringify({
    type: 'Paid',
    effectiveOn: on,
    recordedAt: `${known}T09:00:00.000+08:00`,
    data: { scheme: 'employee', region: '211200', kind: 'regular', feeMonths: { from: month, through: month } },
    metadata: { migratedFrom: 'old' },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-disputes-'));
  data = join(folder, 'data');
  const events = [
    paid('2022-04', '2022-04-05'),
    paid('2022-10', '2022-10-12'),
    paid('2022-07', '2022-07-06', '2022-12-01'),
  ];
  const file = join(folder, 'events.jsonl');
  writeFileSync(file, events.join('\n'));
  const { status, err } = await run('record', file, '--person', 'P1', '--migrated-from', 'old');
  if (status !== 0) throw new Error(err);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command line in this process; the programs' own tests run it in one of its own. */
async function ledger(args: readonly string[]) {
  const written = { out: '', err: '' };
  const status = await runLedger(args, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
  });
  return { status, ...written };
}
const run = (...args: string[]) => ledger([...args, '--store', data]);
const then = 'validOn=2022-10-20,knownAt=2022-10-31,as=decidedThen';
const now = 'validOn=2022-10-20';

describe('a dispute from the command line', () => {
  it('the answer as it was, as it is, and why they differ', async () => {
    const shown = await run('diff', 'P1', '--from', then, '--to', now);
    expect(shown).toMatchObject({ status: 1, err: '' });
    expect(shown.out).toContain('待遇·状态：等待期内 → 可享受待遇  [1]');
    expect(shown.out).toContain('[1] 迟到的事实：缴费到账，2022-07-06 生效，2022-12-01 记录');
    const report = JSON.parse((await run('diff', 'P1', '--from', then, '--to', now, '--json')).out) as DifferenceReport;
    expect(report.causes).toHaveLength(1);
    expect((await run('diff', 'P1', '--from', now, '--to', now)).status).toBe(0);
  });

  it('the timeline, as text, JSON and a page', async () => {
    const page = join(folder, 'timeline.html');
    const { status, out } = await run('timeline', 'P1', '--on', '2022-10-20', '--json', '--html', page);
    expect(status).toBe(0);
    expect((JSON.parse(out) as Timeline).states).toHaveLength(3);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[^]*<svg[^]*缴费到账[^]*<\/html>\n$/);
    expect((await run('timeline', 'P1', '--on', '2022-10-20', '--lang', 'en')).out).toContain(
      '2022-12-01T09:00:00.000+08:00',
    );
  });

  it('the impact of a proposal, which records nothing', async () => {
    const proposal = join(folder, 'proposal.jsonl');
    writeFileSync(
      proposal,
      `${JSON.stringify({ type: 'RulingRecorded', effectiveOn: '2022-01-01', data: { reading: 'A-01', choice: 'B', authority: 'bureau' } })}\n`,
    );
    const json = await run('impact', 'P1', '--events', proposal, '--on', '2022-10-20', '--json');
    expect((JSON.parse(json.out) as Impact).revision).toBe(2);
    const everyone = await run(
      'impact',
      '--region',
      '211200',
      '--events',
      proposal,
      '--on',
      '2022-10-20',
      '--lang',
      'en',
    );
    expect(everyone.out).toContain('Tieling (211200): 1 people touched');
    expect((await run('timeline', 'P1', '--on', '2022-10-20')).out).not.toContain('裁定');
    expect((await run('impact', '--events', proposal)).err).toContain('expected a PERSON, or --region CODE');
  });

  it('an answer that is handed out, listed and asked again', async () => {
    const given = await run(
      'answer',
      '--person',
      'P1',
      '--basis',
      then,
      '--record',
      '--asker',
      'court, case 117',
      '--purpose',
      'refused claim',
    );
    expect(given).toMatchObject({ status: 1, err: '' });
    const id = /事件 ([0-9a-f-]{36})/.exec(given.out)![1]!;
    expect((await run('answers', 'P1', '--lang', 'en')).out).toMatch(
      new RegExp(`court, case 117 · refused claim.*${id}`),
    );
    const again = await run('answer', '--person', 'P1', '--given', id);
    expect(again).toMatchObject({ status: 0, err: '' });
    expect(again.out).toContain('逐字节相同');
    const asked = await run(
      'answer',
      '--person',
      'P1',
      '--on',
      '2022-10-20',
      '--record',
      '--asker',
      'window 3',
      '--json',
    );
    expect(JSON.parse(asked.out)).toMatchObject({ answer: { benefit: { status: 'covered' } } });

    expect((await run('answer', '--person', 'P1', '--on', '2022-10-20', '--record')).err).toContain('--asker');
    expect(
      (await run('answer', '--person', 'P1', '--on', '2022-10-20', '--record', '--asker', '11010519491231002X')).err,
    ).toContain('--asker: expected a text of 1 to 500 characters without identity numbers');
    expect((await run('answer', '--person', 'P1', '--given', 'none')).err).toContain('no answer none was handed out');
    expect((await run('answer', '--person', 'P1')).err).toContain('--on');
    const elsewhere = join(folder, 'nowhere');
    const none = await ledger([
      'answer',
      '--store',
      elsewhere,
      '--person',
      'P1',
      '--on',
      '2022-10-20',
      '--record',
      '--asker',
      'x',
    ]);
    expect(none).toMatchObject({ status: 2, err: expect.stringContaining('there is no event store') as string });
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('a packet that holds, and one with a changed byte that does not', async () => {
    const [file, page] = [join(folder, 'P1.packet.json'), join(folder, 'P1.html')];
    const made = await run('packet', 'P1', '--basis', then, '--against', now, '--out', file, '--html', page);
    expect(made).toMatchObject({ status: 0, err: '' });
    const key = /公钥：(\S+)/.exec(made.out)![1]!;
    const printed = readFileSync(page, 'utf8');
    expect(printed).toContain('<h1>待遇核定说明</h1>');
    expect(printed).toContain('处于职工医保待遇等待期');
    expect(printed).toMatch(/依据：铁岭 .*（规则 .*TL-2\.2\.2b.*事件：\d/);
    process.env['LEDGER_CHROMIUM'] = join(folder, 'no-browser');
    const pdf = await run(
      'packet',
      'P1',
      '--on',
      '2022-10-20',
      '--out',
      join(folder, 'x.json'),
      '--pdf',
      join(folder, 'x.pdf'),
    );
    expect(pdf).toMatchObject({ status: 2, err: expect.stringContaining('--pdf: there is no program') as string });
    expect(existsSync(join(folder, 'x.json'))).toBe(false);
    delete process.env['LEDGER_CHROMIUM'];

    const checked = await ledger(['packet', 'check', file, '--key', key]);
    expect(checked).toMatchObject({ status: 0, err: '' });
    expect(checked.out).toContain('卷宗完整，重算结果相同');
    writeFileSync(file, readFileSync(file, 'utf8').replace('2022-07-06', '2022-07-08'));
    const broken = await ledger(['packet', 'check', file, '--key', key, '--lang', 'en']);
    expect(broken.status).toBe(1);
    expect(broken.out).toContain('it was changed');
    expect((await run('packet', 'P1', '--on', '2022-10-20', '--out', file)).err).toContain('cannot be written');
    expect((await run('packet', 'P1', '--out', file)).err).toContain('--on');
  });

  it('signed with SM2, log and packet are checked by the key text alone', async () => {
    const [key, evidence, file] = [join(folder, 'sm2.pem'), join(folder, 'sm2'), join(folder, 'sm2.packet.json')];
    expect((await ledger(['evidence', 'key', '--out', key, '--signature', 'sm2'])).status).toBe(0);
    expect((await ledger(['evidence', 'key', '--out', key])).err).toContain('cannot be written');
    const place = ['--evidence', evidence, '--key-file', key];
    const sealed = JSON.parse((await run('evidence', 'seal', ...place, '--json')).out) as { key: string };
    expect(await run('evidence', 'verify', '--evidence', evidence, '--key', sealed.key)).toMatchObject({ status: 0 });
    expect((await run('packet', 'P1', '--on', '2022-10-20', '--out', file, ...place)).status).toBe(0);
    expect(await ledger(['packet', 'check', file, '--key', sealed.key])).toMatchObject({ status: 0, err: '' });
    const other = JSON.parse((await run('evidence', 'seal', '--json')).out) as { key: string };
    expect((await ledger(['packet', 'check', file, '--key', other.key])).status).toBe(1);
    const wrong = await run('evidence', 'seal', ...place, '--signature', 'ed25519');
    expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining('signs with sm2') as string });
  });

  it('the evidence of the log: sealed, witnessed, checked, and tampering named', async () => {
    const witness = join(folder, 'witness.txt');
    expect((await run('evidence', 'seal')).status).toBe(0);
    expect(await run('evidence', 'witness', '--out', witness)).toMatchObject({ status: 0, err: '' });
    expect(await run('evidence', 'verify', '--witness', witness)).toMatchObject({ status: 0, err: '' });
    const database = new Database(join(data, 'events.sqlite'));
    database.exec(`UPDATE event SET data = replace(data, '2022-07', '2022-08') WHERE position = 3`);
    database.close();
    const { status, out } = await run('evidence', 'verify', '--witness', witness);
    expect(status).toBe(1);
    expect(await run('verify', '--log', '--witness', witness, '--json')).toMatchObject({ status: 1 });
    expect(out).toContain('位置 3 的事件与入链时不同');
    expect(out).toContain('person-P1 2');
  });

  it('a witness without the log: takes what goes on from what he keeps, and nothing else', async () => {
    const at = (name: string) => join(folder, name);
    const place = ['--evidence', at('witnessed'), '--key-file', at('witnessed.pem')];
    const sealed = async () =>
      JSON.parse((await run('evidence', 'seal', ...place, '--json')).out) as { size: number; key: string };
    const extend = (extension: string, key: string) =>
      ledger(['evidence', 'extend', '--witness', at('kept.txt'), '--extension', extension, '--key', key]);
    const { size, key } = await sealed();
    await run('evidence', 'witness', ...place, '--out', at('kept.txt'));
    writeFileSync(at('more.jsonl'), paid('2024-05', '2024-05-06'));
    await run('record', at('more.jsonl'), '--person', 'W', '--migrated-from', 'old');
    expect((await sealed()).size).toBe(size + 1);

    const asked = ['evidence', 'extension', ...place, '--from'];
    expect(await run(...asked, String(size), '--out', at('proof.txt'))).toMatchObject({ status: 0, err: '' });
    expect((await run(...asked, String(size))).out).toBe(readFileSync(at('proof.txt'), 'utf8'));
    await run(...asked, String(size - 1), '--out', at('earlier.txt'));
    const kept = readFileSync(at('kept.txt'), 'utf8');
    expect(await extend(at('earlier.txt'), key)).toMatchObject({
      status: 1,
      err: expect.stringContaining(`it goes on from ${size - 1} events`) as string,
    });
    expect(readFileSync(at('kept.txt'), 'utf8')).toBe(kept);
    expect(await extend(at('proof.txt'), key)).toMatchObject({ status: 0, err: '' });
    expect(readFileSync(at('kept.txt'), 'utf8')).toMatch(
      new RegExp(`^[^]+=====\\n[^\\n]+\\n${size + 1}\\n[^]+=====\\n$`),
    );
    expect((await extend(at('proof.txt'), key)).status).toBe(1);
    expect(await run('evidence', 'verify', ...place, '--witness', at('kept.txt'))).toMatchObject({ status: 0 });
    for (const from of [String(size + 2), '-1', 'all'])
      expect(await run(...asked, from)).toMatchObject({ status: 2, err: expect.stringContaining('--from') as string });
  });

  it.each([
    [['diff', 'P1', '--from', 'validOn=yesterday', '--to', now], 'validOn: expected a day YYYY-MM-DD, got "yesterday"'],
    [['diff', 'P1', '--from', now, '--to', `${now},pack=211200:1999-01-01`], 'there are: 2022-04-01'],
    [['diff', 'nobody', '--from', now, '--to', now], 'there are no events of nobody'],
    [['diff', '11010519491231002X', '--from', now, '--to', now], 'never an identity number'],
    [['evidence', 'verify', '--evidence', '/nowhere'], 'there is no evidence file'],
  ])('bad input is said, with status 2: %j', async (args, said) => {
    expect(await run(...args)).toMatchObject({ status: 2, err: expect.stringContaining(said) as string });
  });
});
