import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhooks } from '../../../libs/feeds/webhooks';
import { startReceiver, type Receiver } from '../../../libs/feeds/testing/receiver';
import { openFeedWorld, paid } from '../../../libs/feeds/testing/world';
import { runLedger } from '../program';

let folder: string;
let receiver: Receiver;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-webhooks-'));
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const status = await runLedger(['webhooks', ...args, '--data', folder], {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
  });
  return { status, ...said };
}
const HERE = ['--networks', '127.0.0.0/8'];

async function aLog(): Promise<void> {
  const world = openFeedWorld(folder);
  await world.append(paid('A', '2022-05', '2022-05-10'), paid('B', '2022-05', '2022-05-10'));
  await world.feeds.close();
  await world.store.close();
}

describe('ledger webhooks', () => {
  it('adds, lists, pauses, resumes, rotates, replays and removes', async () => {
    await aLog();
    const added = await run('add', receiver.url, '--secret', receiver.secret, '--region', '211200', '--json', ...HERE);
    expect(added).toMatchObject({ status: 0, err: '' });
    const { webhook, secret, verification } = JSON.parse(added.out) as {
      webhook: { id: string; place: string; state: string };
      secret: string;
      verification: unknown;
    };
    expect({ webhook, secret, verification }).toMatchObject({
      webhook: { state: 'active', place: '2' },
      secret: receiver.secret,
      verification: { verified: true },
    });
    const { id } = webhook;
    const listed = await run('list');
    expect(listed.out).toContain(id);
    expect(listed.out).toContain('推送中');
    expect(listed.out).not.toContain(secret);
    expect((await run('pause', id, '--lang', 'en')).out).toContain('paused');
    expect((await run('resume', id, '--lang', 'en')).out).toContain('active');
    expect((await run('rotate', id, '--old-for', '1')).out).toMatch(/whsec_[A-Za-z0-9+/=]{44}\n$/);
    expect(await run('replay', id, '--from', '3')).toMatchObject({
      status: 2,
      err: expect.stringContaining('up to 2'),
    });
    expect((await run('replay', id, '--from', '1.A', '--lang', 'en')).out).toBe(
      'What lies behind 1.A is sent once more.\n',
    );
    expect((await run('parked', id, '--lang', 'en')).out).toBe('Nothing is parked.\n');
    expect((await run('retry', id, '--json')).out).toBe('{\n  "messages": 0\n}\n');
    expect((await run('discard', id, '1')).status).toBe(1);
    expect((await run('remove', id)).status).toBe(0);
    expect((await run('list', '--lang', 'en')).out).toBe('There are no webhooks.\n');
  });

  it('says that a receiver has not confirmed, and asks again', async () => {
    await aLog();
    receiver.answer = (_event, response) => (response.writeHead(500).end(), true);
    const added = await run('add', receiver.url, '--lang', 'en', '--secret', receiver.secret, ...HERE);
    expect(added.status).toBe(1);
    expect(added.out).toContain('has not confirmed: status 500');
    const tables = new Webhooks(folder);
    const { id } = tables.list()[0]!;
    tables.close();
    expect((await run('resume', id)).status).toBe(1);
    receiver.answer = () => false;
    expect(await run('verify', id, '--lang', 'en', ...HERE)).toMatchObject({
      status: 0,
      out: 'The receiver has confirmed.\n',
    });
  });

  it('refuses what nobody understands', async () => {
    expect(await run('list')).toMatchObject({ status: 2, err: expect.stringContaining('there are no webhooks') });
    expect(await run('add', receiver.url, ...HERE)).toMatchObject({
      status: 2,
      err: expect.stringContaining('no event store'),
    });
    await aLog();
    const wrong: [string[], string][] = [
      [['add', 'http://example.org/'], 'https'],
      [['add', receiver.url], 'LEDGER_WEBHOOK_NETWORKS'],
      [['add', receiver.url, '--networks', 'here'], '--networks here'],
      [['add', receiver.url, '--from', '3', ...HERE], 'up to 2'],
      [['add', receiver.url, '--region', '21', ...HERE], '--region 21'],
      [['add', receiver.url, '--type', 'Nothing', ...HERE], '--type Nothing'],
      [['add', receiver.url, '--part', 'nothing', ...HERE], '--part nothing'],
      [['add', receiver.url, '--feed', 'all', ...HERE], 'Allowed choices'],
      [['add', receiver.url, '--secret', 'x', ...HERE], '--secret'],
    ];
    for (const [args, said] of wrong) {
      expect(await run(...args)).toMatchObject({ status: 2, err: expect.stringContaining(said) });
    }
    expect(receiver.requests).toBe(0);
  });
});
