import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AuditTrail, KeyRing, auditFile, keyFile } from '../../../libs/access';
import { runLedger } from '../program';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-access-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runLedger(['access', ...args, '--data', folder, '--lang', 'en'], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { status, out, err };
}
const KEY = /lk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}/;

describe('ledger access keys', () => {
  it('adds a key that opens what it says, lists it without what opens it, and revokes it', async () => {
    const made = await run(
      'keys',
      'add',
      'tax-office',
      '--role',
      'integrator',
      'clerk',
      '--region',
      '211200',
      '320700',
    );
    expect(made.status).toBe(0);
    const key = KEY.exec(made.out)![0];
    const keys = new KeyRing(keyFile(folder));
    expect(keys.principalOf(key, Date.now())).toEqual({
      subject: 'key:tax-office',
      roles: ['integrator', 'clerk'],
      regions: ['211200', '320700'],
    });
    const id = key.split('_')[1]!;
    const listed = await run('keys', 'list');
    expect(listed.out).toContain(id);
    expect(listed.out).toMatch(/tax-office +integrator clerk +211200 320700 +live/);
    expect(listed.out).not.toMatch(KEY);

    expect(await run('keys', 'revoke', id)).toMatchObject({ status: 0, err: '' });
    expect(keys.principalOf(key, Date.now())).toBeUndefined();
    expect((await run('keys', 'list')).out).toContain('revoked');
    expect(await run('keys', 'revoke', id)).toMatchObject({ status: 1, out: '' });
    keys.close();
  });

  it('puts a key in the place of another, which opens for a while yet or not at all', async () => {
    const made = await run('keys', 'add', 'tax-office', '--role', 'clerk', '--region', '211200');
    const first = KEY.exec(made.out)![0];
    const keys = new KeyRing(keyFile(folder));
    const second = KEY.exec((await run('keys', 'rotate', first.split('_')[1]!, '--old-for-hours', '1')).out)![0];
    const open = (key: string, hours = 0) => keys.principalOf(key, Date.now() + hours * 3_600_000);
    expect(open(second)).toEqual({ subject: 'key:tax-office', roles: ['clerk'], regions: ['211200'] });
    expect([open(first), open(first, 2)]).toEqual([open(second), undefined]);
    const third = KEY.exec((await run('keys', 'rotate', second.split('_')[1]!)).out)![0];
    expect([open(second), open(third)]).toEqual([undefined, open(first)]);
    expect(await run('keys', 'rotate', second.split('_')[1]!)).toMatchObject({ status: 1, out: '' });
    expect((await run('keys', 'rotate', third.split('_')[1]!, '--old-for-hours', 'x')).status).toBe(2);
    keys.close();
  });

  it('adds a key that ends with its day', async () => {
    const { out } = await run(
      'keys',
      'add',
      'temp',
      '--role',
      'auditor',
      '--region',
      'all',
      '--expires',
      '2999-12-31',
      '--json',
    );
    const made = JSON.parse(out) as { key: string; expires: string; regions: string };
    expect(made).toMatchObject({
      regions: 'all',
      expires: '3000-01-01T00:00:00.000+08:00',
      key: expect.stringMatching(KEY),
    });
  });

  it.each([
    ['a role that is none', ['add', 'x', '--role', 'king', '--region', 'all'], /king/],
    ['no role', ['add', 'x', '--region', 'all'], /--role/],
    ['no region', ['add', 'x', '--role', 'clerk'], /--region/],
    ['a region that is none', ['add', 'x', '--role', 'clerk', '--region', '2112'], /2112/],
    ['all beside others', ['add', 'x', '--role', 'clerk', '--region', 'all', '211200'], /--region all/],
    ['a day that is past', ['add', 'x', '--role', 'clerk', '--region', 'all', '--expires', '2020-01-01'], /not past/],
    ['a day that is none', ['add', 'x', '--role', 'clerk', '--region', 'all', '--expires', '2999-02-30'], /YYYY-MM-DD/],
    ['a name with blanks', ['add', '张 三', '--role', 'clerk', '--region', 'all'], /name/],
    ['an identity number for a name', ['add', '11010519491231002X', '--role', 'clerk', '--region', 'all'], /name/],
  ])('refuses %s', async (_what, args, told) => {
    const { status, err } = await run('keys', ...args);
    expect(status).toBe(2);
    expect(err).toMatch(told);
    expect(existsSync(keyFile(folder)) ? (await run('keys', 'list')).out : 'There is no key\n').toBe(
      'There is no key\n',
    );
  });
});

describe('ledger access audit', () => {
  beforeEach(() => {
    const trail = new AuditTrail(auditFile(folder));
    for (let n = 1; n <= 5; n++) {
      trail.note({
        at: `2026-01-0${n}T09:00:00.000+08:00`,
        subject: n % 2 ? 'key:desk-1' : 'key:desk-2',
        action: 'GET /v1/persons/:person/answer',
        person: `P-${n}`,
        basis: 'validOn=2022-06-01',
        outcome: n === 4 ? '404 unknown-person' : '200',
        correlation: `request-${n}`,
      });
    }
    trail.close();
  });

  it('shows rows, as asked', async () => {
    expect((await run('audit')).out.split('\n')).toHaveLength(7);
    expect((await run('audit', '--person', 'P-3')).out).toContain('request-3');
    expect(JSON.parse((await run('audit', '--subject', 'key:desk-2', '--json')).out)).toHaveLength(2);
    expect(JSON.parse((await run('audit', '--refused', '--json')).out)).toMatchObject([{ seq: 4 }]);
    expect(
      JSON.parse((await run('audit', '--since', '2026-01-02', '--until', '2026-01-04', '--json')).out),
    ).toHaveLength(2);
    expect(JSON.parse((await run('audit', '--after', '3', '--limit', '1', '--json')).out)).toMatchObject([{ seq: 4 }]);
    expect((await run('audit', '--since', 'yesterday')).status).toBe(2);
    expect((await run('audit', '--noted', 'x')).status).toBe(2);
  });

  it('says whether the trail is whole', async () => {
    const whole = await run('audit', '--check');
    expect(whole).toMatchObject({ status: 0, err: '' });
    const head = /(5:[0-9a-f]{64})/.exec(whole.out)![1]!;
    expect((await run('audit', '--check', '--noted', head)).status).toBe(0);
    expect((await run('audit', '--check', '--noted', `5:${'0'.repeat(64)}`)).status).toBe(1);

    const database = new Database(auditFile(folder));
    database.exec("DROP TRIGGER audit_stays; UPDATE audit SET person = 'P-9' WHERE seq = 2");
    database.close();
    const broken = await run('audit', '--check');
    expect(broken.status).toBe(1);
    expect(broken.err).toContain('row 2 is not as it was written');
    expect(JSON.parse((await run('audit', '--check', '--json')).out)).toMatchObject({
      rows: 5,
      faults: [expect.any(String)],
    });
  });

  it('does not make a trail where there is none', async () => {
    rmSync(auditFile(folder));
    expect(await run('audit', '--check')).toMatchObject({ status: 2, err: expect.stringContaining('no audit trail') });
    expect(existsSync(auditFile(folder))).toBe(false);
  });
});
