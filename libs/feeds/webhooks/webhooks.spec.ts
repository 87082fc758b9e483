import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startTypeScript } from '../../event-store/testing/child-process';
import { rebuild } from '../../read-model';
import { BEGINNING, Feeds, type FeedsOptions, type Filter } from '..';
import { all, event, lives, openFeedWorld, paid, policies, type FeedWorld } from '../testing/world';
import { startReceiver, type Receiver } from '../testing/receiver';
import { waitMs } from './backoff';
import { messageId, newSecret } from './signature';
import {
  AddressGuard,
  Dispatcher,
  KEY_FILE,
  Poster,
  WEBHOOKS_FILE,
  Webhooks,
  parseNetwork,
  secretBytes,
  signedHeaders,
  verify,
  type DispatcherOptions,
  type Observed,
} from '.';

const HERE = parseNetwork('127.0.0.0/8')!;
const QUICK = { attempts: 3, firstMs: 2, longestMs: 20 };

let world: FeedWorld;
let receiver: Receiver;
let webhooks: Webhooks;
let poster: Poster;
const started: Dispatcher[] = [];
const errors: Error[] = [];
beforeEach(async () => {
  world = openFeedWorld();
  receiver = await startReceiver();
  webhooks = new Webhooks(world.folder);
  poster = new Poster({ guard: new AddressGuard([HERE]), timeoutMs: 2_000 });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop(0)));
  poster.close();
  webhooks.close();
  await receiver.close();
  await world.close();
  expect(errors.splice(0)).toEqual([]);
});

function send(changes: Partial<DispatcherOptions> = {}): Dispatcher {
  const dispatcher = new Dispatcher({
    webhooks,
    feeds: world.feeds,
    poster,
    retrying: QUICK,
    onError: (error) => errors.push(error),
    ...changes,
  });
  started.push(dispatcher);
  return dispatcher;
}

async function subscribed(filter: Filter = {}, to = receiver): Promise<string> {
  const { webhook } = webhooks.create({
    url: to.url,
    feed: 'answers',
    filter,
    place: BEGINNING,
    createdBy: 'test',
    secret: to.secret,
  });
  expect(await verify(webhooks, poster, webhook.id)).toEqual({ verified: true });
  return webhook.id;
}

const ids = ({ received }: Receiver) => received.map(({ event: { id } }) => id);
const people = (count: number) => Array.from({ length: count }, (_, index) => `P${index}`);
const payments = (persons: readonly string[], months = ['2022-05', '2022-06', '2022-07']) =>
  months.flatMap((month) => persons.map((person) => paid(person, month, `${month}-10`)));
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
async function expectInOrder(received: Receiver['received'], filter: Filter = {}): Promise<void> {
  const wanted = await all(world.feeds, 'answers', BEGINNING, filter);
  const byLane = (list: { lane: string; id: string }[]) => {
    const lanes: Record<string, string[]> = {};
    for (const { lane, id } of list) (lanes[lane] ??= []).push(id);
    return lanes;
  };
  const once = new Map(received.map(({ event: one }) => [one.id, { lane: laneOf(one.id, one.subject), id: one.id }]));
  expect(byLane([...once.values()])).toEqual(byLane(wanted.map(({ lane, id }) => ({ lane, id }))));
}
const laneOf = (id: string, subject: string) => (id.endsWith('-region') ? `region-${subject}` : `person-${subject}`);

describe('a signature', () => {
  it('is the one of Standard Webhooks', () => {
    const secret = secretBytes('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!;
    const headers = signedHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('takes secrets of 24 to 64 bytes only', () => {
    const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
    expect([23, 24, 64, 65].map((bytes) => secretBytes(of(bytes)) !== undefined)).toEqual([false, true, true, false]);
    expect(secretBytes(newSecret())).toHaveLength(32);
    for (const wrong of ['', 'whsec_', 'secret', of(32).slice(6), `${of(32)} `])
      expect(secretBytes(wrong)).toBeUndefined();
  });

  it('names a message the same each time, without saying whom it is about', () => {
    expect(messageId('w', '8.P1')).toBe(messageId('w', '8.P1'));
    expect(messageId('w', '8.P1')).not.toBe(messageId('v', '8.P1'));
    expect(messageId('w', '8.P1')).toMatch(/^msg_[\w-]{32}$/);
  });
});

describe('addresses', () => {
  const plain = new AddressGuard([]);
  it.each([
    'http://example.org/hook',
    'ftp://example.org',
    'https://user:secret@example.org/',
    'https://example.org/#part',
    'https://127.0.0.1/',
    'https://[::1]/',
    'http://127.0.0.1:8080/',
    'https://10.1.2.3/',
    'https://192.168.0.1/',
    'https://172.31.255.255/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://255.255.255.255/',
    'not an address',
    '',
  ])('refuse %s', (address) => expect(plain.faultOf(address)).toEqual(expect.any(String)));

  it.each(['https://example.org/hook?x=1', 'https://8.8.8.8/', 'https://172.32.0.1:8443/', 'https://[2606:4700::1]/'])(
    'allow %s',
    (address) => expect(plain.faultOf(address)).toBeUndefined(),
  );

  it('of the house are allowed where a setting permits their network, and only on this machine without TLS', () => {
    const guard = new AddressGuard([HERE, parseNetwork('10.20.0.0/16')!]);
    expect(guard.faultOf('https://10.20.255.1/')).toBeUndefined();
    expect(guard.faultOf('https://10.21.0.1/')).toBeDefined();
    expect(guard.faultOf('http://10.20.0.1/')).toBeDefined();
    expect(guard.faultOf('http://127.0.0.1:9/')).toBeUndefined();
    for (const wrong of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'x/8', '::1/129', '10.0.0.0/8/8', '']) {
      expect(parseNetwork(wrong)).toBeUndefined();
    }
  });

  it('are checked by what a name resolves to when it is connected to', async () => {
    const { port } = new URL(receiver.url);
    const strict = new Poster({ guard: new AddressGuard([parseNetwork('10.0.0.0/8')!]), timeoutMs: 2_000 });
    expect(await strict.post(`https://localhost:${port}/`, {}, '{}')).toEqual({
      outcome: 'failed',
      reason: 'address refused',
    });
    expect(await strict.post(`http://localhost:${port}/`, {}, '{}')).toEqual({
      outcome: 'failed',
      reason: 'address refused',
    });
    strict.close();
    expect(receiver.requests).toBe(0);
  });
});

describe('posting', () => {
  const answering = async (
    handle: Parameters<typeof createServer>[1] & object,
    test: (url: string) => Promise<void>,
  ) => {
    const server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };

  it('follows no redirect', async () => {
    let elsewhere = 0;
    await answering(
      (request, response) => {
        if (request.url !== '/') elsewhere++;
        response.writeHead(307, { Location: '/elsewhere' }).end();
      },
      async (url) => expect(await poster.post(url, {}, '{}')).toMatchObject({ outcome: 'answered', status: 307 }),
    );
    expect(elsewhere).toBe(0);
  });

  it('gives up a receiver that does not answer, and one that is not there', async () => {
    const hasty = new Poster({ guard: new AddressGuard([HERE]), timeoutMs: 30 });
    await answering(
      () => undefined,
      async (url) => expect(await hasty.post(url, {}, '{}')).toEqual({ outcome: 'failed', reason: 'timeout' }),
    );
    hasty.close();
    expect(await poster.post('http://127.0.0.1:1/', {}, '{}')).toEqual({ outcome: 'failed', reason: 'connection' });
  });

  it('reads no more than the beginning of a reply', async () => {
    let written = 0;
    await answering(
      (_request, response) => {
        const more = () => {
          while (written < 500_000_000 && !response.destroyed) {
            written += 65_536;
            if (!response.write(Buffer.alloc(65_536, 'x'))) return void response.once('drain', more);
          }
        };
        more();
      },
      async (url) => {
        const reply = await poster.post(url, {}, '{}');
        expect(reply).toMatchObject({ outcome: 'answered', status: 200 });
        expect((reply as { beginning: string }).beginning).toHaveLength(4_096);
      },
    );
    expect(written).toBeLessThan(50_000_000);
  });
});

describe('a subscription', () => {
  it('is sent nothing before its receiver repeats the challenge', async () => {
    await world.append(...payments(['A']));
    receiver.answer = (_event, response) => (response.end('thank you'), true);
    const { webhook } = webhooks.create({
      url: receiver.url,
      feed: 'answers',
      filter: {},
      place: BEGINNING,
      createdBy: 't',
      secret: receiver.secret,
    });
    expect(await verify(webhooks, poster, webhook.id)).toEqual({
      verified: false,
      reason: 'the reply does not repeat the challenge',
    });
    expect(webhooks.find(webhook.id)!.state).toBe('unverified');
    const requests = receiver.requests;
    const dispatcher = send();
    await until(() => dispatcher.sends);
    expect(receiver.requests).toBe(requests);

    receiver.answer = () => false;
    expect(await verify(webhooks, poster, webhook.id)).toEqual({ verified: true });
    dispatcher.wake();
    await receiver.taken(3);
    webhooks.change(webhook.id, { url: `${receiver.url}/elsewhere` });
    expect(webhooks.find(webhook.id)!.state).toBe('unverified');
    expect(await verify(webhooks, poster, 'nobody')).toBeUndefined();
  });

  it('keeps its secret sealed: in the tables it is not to be found, and without the key it cannot be opened', () => {
    const { webhook, secret } = webhooks.create({
      url: 'https://example.org/',
      feed: 'answers',
      filter: {},
      place: BEGINNING,
      createdBy: 't',
    });
    expect(inspect(webhooks.list(), { depth: null })).not.toContain(secret.slice(6, 30));
    webhooks.close();
    const file = join(world.folder, WEBHOOKS_FILE);
    const bytes = readFileSync(file);
    expect(bytes.includes(secretBytes(secret)!) || bytes.includes(secret)).toBe(false);
    expect([WEBHOOKS_FILE, KEY_FILE].map((name) => statSync(join(world.folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    rmSync(join(world.folder, KEY_FILE));
    webhooks = new Webhooks(world.folder);
    expect(() => webhooks.secretsOf(webhook.id)).toThrow(/sealed with another key/);
    expect(webhooks.rotate(webhook.id, { oldForMs: 0 })).toMatch(/^whsec_/);
    expect(webhooks.secretsOf(webhook.id)).toHaveLength(1);
  });

  it('signs with both secrets while one follows the other', async () => {
    const id = await subscribed();
    const old = receiver.secret;
    const next = webhooks.rotate(id, { oldForMs: 60_000 })!;
    await world.append(...payments(['A']));
    const dispatcher = send();
    await receiver.taken(1);
    receiver.secret = next;
    await receiver.taken(3);
    expect(receiver.refused).toBe(0);
    webhooks.rotate(id, { secret: old, oldForMs: 0 });
    await world.append(...payments(['B'], ['2022-05']));
    await until(() => receiver.refused > 0);
    receiver.secret = old;
    webhooks.retry(id);
    dispatcher.wake();
    await receiver.taken(4);
  });
});

describe('sending', () => {
  it('delivers every item once, those of one person in order, and then the new ones', async () => {
    await world.append(...lives(3));
    await subscribed();
    send();
    await until(() => webhooks.list()[0]!.place.position > 0n);
    await world.append(...payments(people(5)));
    const wanted = await all(world.feeds, 'answers');
    await receiver.taken(wanted.length);
    expect(new Set(ids(receiver)).size).toBe(receiver.received.length);
    await expectInOrder(receiver.received);
    await until(() => webhooks.list()[0]!.waiting === 0);
    expect(webhooks.list()[0]).toMatchObject({ delivered: wanted.length, parked: 0 });
  });

  it('holds up nobody else for a person who cannot be delivered, parks him with what follows, and takes him up again in order', async () => {
    const seen: Observed[] = [];
    receiver.answer = (one, response) => one.subject === 'P1' && (response.writeHead(500).end('no'), true);
    await world.append(...payments(people(4)));
    const id = await subscribed();
    const dispatcher = send({ observe: (observed) => seen.push(observed) });
    await receiver.taken(9);
    await until(() => webhooks.find(id)!.parked === 3);
    expect(ids(receiver).some((one) => one.endsWith('.P1'))).toBe(false);
    expect(webhooks.parked(id, 0, 10)).toEqual([
      {
        n: expect.any(Number),
        item: '2.P1',
        lane: 'person-P1',
        attempts: 3,
        failure: 'status 500',
        failedAt: expect.any(Number),
        behind: 2,
      },
    ]);
    expect(seen.filter((one) => one === 'failed')).toHaveLength(2);
    expect(seen.filter((one) => one === 'parked')).toHaveLength(1);
    // What comes later for him waits behind, too.
    await world.append(...payments(['P1', 'P2'], ['2022-08']));
    await receiver.taken(10);
    await until(() => webhooks.find(id)!.parked === 4);

    receiver.answer = () => false;
    expect(webhooks.retry(id, 'person-P1')).toBe(4);
    dispatcher.wake();
    await receiver.taken(14);
    await expectInOrder(receiver.received);
  });

  it('gives up what is discarded, and goes on behind it', async () => {
    receiver.answer = (one, response) => one.id === '1.A' && (response.writeHead(400).end(), true);
    await world.append(...payments(['A']));
    const id = await subscribed();
    const dispatcher = send();
    await until(() => webhooks.find(id)!.parked === 3);
    const [parked] = webhooks.parked(id, 0, 10);
    expect(webhooks.discard(id, parked!.n + 1)).toBe(false);
    expect(webhooks.discard(id, parked!.n)).toBe(true);
    dispatcher.wake();
    await receiver.taken(2);
    expect(ids(receiver)).toEqual(['2.A', '3.A']);
  });

  it('stops at a receiver that is gone, and lets one rest that asks for it', async () => {
    await world.append(...payments(people(3)));
    receiver.answer = (one, response) => !one.type.includes('verification') && (response.writeHead(410).end(), true);
    const id = await subscribed();
    const patient = { ...QUICK, attempts: 50 };
    const dispatcher = send({ retrying: patient });
    await until(() => webhooks.find(id)!.state === 'paused');
    expect(webhooks.find(id)).toMatchObject({ reason: 'gone' });
    await dispatcher.stop();

    let asked = 0;
    receiver.answer = (_one, response) =>
      asked++ === 0 && (response.writeHead(429, { 'Retry-After': '3600' }).end(), true);
    webhooks.setState(id, 'active');
    send({ retrying: patient });
    await receiver.taken(9);
  });

  it('does not hammer a receiver that is away, and parks little meanwhile', async () => {
    await world.append(...payments(people(40)));
    const id = await subscribed();
    let attempts = 0;
    receiver.answer = (_one, response) => (attempts++, response.writeHead(503).end(), true);
    const dispatcher = send({ retrying: { attempts: 5, firstMs: 60_000, longestMs: 3_600_000 } });
    await until(() => attempts >= 8 && webhooks.find(id)!.waiting === 120);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Eight at once, and one for each of the four that failed before it was clear that nothing gets through.
    expect(attempts).toBeLessThanOrEqual(12);
    expect(webhooks.find(id)).toMatchObject({ parked: 0, failure: 'status 503' });
    await dispatcher.stop(0);
  });

  it('takes no more from the feed than fits, while a receiver is away', async () => {
    await Promise.all(people(700).map((person) => world.append(...payments([person], ['2022-05', '2022-06']))));
    const id = await subscribed();
    receiver.answer = (_one, response) => (response.writeHead(503).end(), true);
    send({ retrying: { attempts: 5, firstMs: 60_000, longestMs: 3_600_000 } });
    await until(() => webhooks.find(id)!.waiting >= 1_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(webhooks.find(id)!.waiting).toBeLessThan(1_300);
  });

  it('lets through only what is wanted, and remembers how far it looked', async () => {
    await world.append(...payments(['A']), paid('B', '2022-05', '2022-05-10', '320700'));
    const id = await subscribed({ regions: ['320700'], types: ['Paid'] });
    send();
    await receiver.taken(1);
    expect(ids(receiver)).toEqual(['4.B']);
    // It goes on behind the item when it has looked at the rest of what the event brought.
    await until(() => webhooks.find(id)!.place.key === undefined);
    expect(webhooks.find(id)!.place).toEqual({ position: 4n });
  });

  it('sends again what is replayed, under the same message ids, and nothing else', async () => {
    await world.append(...payments(['A', 'B']));
    const id = await subscribed();
    const dispatcher = send();
    await receiver.taken(6);
    await until(() => webhooks.find(id)!.waiting === 0);
    const first = receiver.received.map(({ messageId: one }) => one);
    expect(webhooks.replay(id, { position: 3n })).toBe(true);
    dispatcher.wake();
    await receiver.taken(9);
    expect([...ids(receiver).slice(6)].sort()).toEqual(['4.B', '5.A', '6.B']);
    for (const { messageId: one } of receiver.received.slice(6)) expect(first).toContain(one);
  });

  it('waits for somebody where the log ends before its place, as an older copy of it does', async () => {
    await world.append(...payments(['A']));
    const { webhook } = webhooks.create({
      url: receiver.url,
      feed: 'answers',
      filter: {},
      place: { position: 99n },
      createdBy: 't',
      secret: receiver.secret,
    });
    webhooks.setState(webhook.id, 'active');
    const dispatcher = send();
    await until(() => webhooks.find(webhook.id)!.state === 'paused');
    expect(webhooks.find(webhook.id)!.reason).toBe('beyondLog');
    webhooks.replay(webhook.id, { position: 2n });
    webhooks.setState(webhook.id, 'active');
    dispatcher.wake();
    await receiver.taken(1);
    expect(ids(receiver)).toEqual(['3.A']);
  });

  it('goes on after a failure of the store', async () => {
    await world.append(...payments(['A']));
    await subscribed();
    let failures = 0;
    const { store } = world;
    const failing: FeedsOptions['store'] = {
      head: () => store.head(),
      readStream: (...given) => store.readStream(...given),
      eventAt: (...given) => store.eventAt(...given),
      subscribeAll: (...given) => store.subscribeAll(...given),
      readAll: (...given) => {
        if (failures++ < 2) throw new Error('the store is away');
        return store.readAll(...given);
      },
    };
    const folder = mkdtempSync(join(tmpdir(), 'ledger-failing-'));
    const feeds = new Feeds({ store: failing, policies, folder });
    send({ feeds, restMs: 5 });
    await receiver.taken(3);
    expect(ids(receiver)).toEqual(['1.A', '2.A', '3.A']);
    expect(errors.splice(0).map(({ message }) => message)).toEqual(['the store is away', 'the store is away']);
    await Promise.all(started.splice(0).map((one) => one.stop()));
    await feeds.close();
    rmSync(folder, { recursive: true });
  });

  it('pauses and goes on where it was', async () => {
    await world.append(...payments(['A']));
    const id = await subscribed();
    const dispatcher = send();
    await receiver.taken(3);
    webhooks.setState(id, 'paused');
    dispatcher.wake();
    await world.append(...payments(['B']));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(receiver.received).toHaveLength(3);
    webhooks.setState(id, 'active');
    dispatcher.wake();
    await receiver.taken(6);
    expect(webhooks.remove(id)).toBe(true);
    expect(webhooks.list()).toEqual([]);
  });

  it('sends nothing because read models are rebuilt', async () => {
    await world.append(...payments(['A']));
    await subscribed();
    send();
    await receiver.taken(3);
    const readModel = join(world.folder, 'read-model.db');
    await rebuild({ store: world.store, policies, readModel });
    await rebuild({ store: world.store, policies, readModel });
    await world.append(
      event(
        'region-211200',
        'RulingRecorded',
        '2022-04-01',
        { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' },
        '2023-01-01',
      ),
    );
    await receiver.taken(4);
    expect(ids(receiver).slice(3)[0]).toBe('4-region');
  });
});

describe('two processes over one folder', () => {
  it('do not both send; the other takes over when the first ends', async () => {
    await world.append(...payments(people(10)));
    await subscribed();
    const others = [new Webhooks(world.folder), new Webhooks(world.folder)];
    const both = others.map((one) => send({ webhooks: one, leaseMs: 400 }));
    await receiver.taken(30);
    expect(both.filter(({ sends }) => sends)).toHaveLength(1);
    await both.find(({ sends }) => sends)!.stop();
    await world.append(...payments(people(10), ['2022-08']));
    await receiver.taken(40);
    expect(new Set(ids(receiver)).size).toBe(40);
    await Promise.all(both.map((one) => one.stop()));
    for (const one of others) one.close();
  });

  it('write nothing once another may send', async () => {
    const id = await subscribed();
    expect(webhooks.takeLease('first', 60_000)).toBe(true);
    expect(webhooks.takeLease('second', 60_000)).toBe(false);
    expect(() => webhooks.enqueue('second', id, BEGINNING, [], { position: 1n })).toThrow(/another process/);
    webhooks.releaseLease('first');
    expect(webhooks.takeLease('second', 60_000)).toBe(true);
    expect(() => webhooks.settle('first', id, [])).toThrow(/another process/);
    webhooks.releaseLease('second');
  });

  it('that are killed again and again lose nothing, keep the order of each person, and repeat only what was on its way', async () => {
    await subscribed();
    const kills = Number(process.env['KILLS'] ?? 4);
    let expected = 0;
    for (let kill = 0; kill < kills; kill++) {
      const months = ['2022-05', '2023-05'];
      await world.append(
        ...people(25).flatMap((person) => months.map((month) => paid(`${person}-${kill}`, month, `${month}-10`))),
      );
      expected = (await all(world.feeds, 'answers')).length;
      const before = receiver.received.length;
      const child = startTypeScript('../../feeds/testing/sending-process.ts', [world.folder]);
      await until(() => receiver.received.length > before + 3 + kill * 7 || child.process.exitCode !== null);
      child.process.kill('SIGKILL');
      expect(await child.ended).toBe('SIGKILL');
    }
    send({ leaseMs: 500 });
    await until(() => new Set(ids(receiver)).size === expected);
    await until(() => webhooks.list()[0]!.waiting === 0);
    await expectInOrder(firstOfEach(receiver.received));
    // At most what was being sent at each kill comes twice, with the same message id.
    expect(receiver.received.length - expected).toBeLessThanOrEqual(kills * 16);
    const messageIds = new Map(receiver.received.map(({ event: one, messageId: id }) => [one.id, id]));
    for (const { event: one, messageId: id } of receiver.received) expect(messageIds.get(one.id)).toBe(id);
  });
});

function firstOfEach(received: Receiver['received']): Receiver['received'] {
  const seen = new Set<string>();
  return received.filter(({ event: { id } }) => !seen.has(id) && seen.add(id));
}

it('waits twice as long after each failure, up to a limit, and not everyone equally long', () => {
  const rule = { attempts: 9, firstMs: 100, longestMs: 1_000 };
  expect([1, 2, 3, 4, 5, 50].map((failures) => waitMs(failures, rule, () => 0))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect(waitMs(3, rule, () => 0.999)).toBe(200);
});

it('a folder without subscriptions has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-webhooks-'));
  const none = new Webhooks(folder);
  expect(none.list()).toEqual([]);
  expect(none.find('x')).toBeUndefined();
  expect([none.remove('x'), none.setState('x', 'paused'), none.change('x', {}), none.discard('x', 1)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  none.close();
  rmSync(folder, { recursive: true });
});

test('tables of the version before take requests that may be sent again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-before-'));
  const wanted = {
    url: 'https://example.org/',
    feed: 'answers',
    filter: {},
    place: BEGINNING,
    createdBy: 'x',
  } as const;
  const first = new Webhooks(folder);
  const { webhook } = first.create(wanted);
  first.close();
  const database = new Database(join(folder, WEBHOOKS_FILE));
  database.exec('DROP TABLE request; PRAGMA user_version = 1');
  database.close();
  const again = new Webhooks(folder);
  expect(again.list()).toEqual([webhook]);
  const request = { key: 'a', asked: 'b' };
  const made = again.createOnce(request, wanted)!;
  expect(again.createOnce(request, wanted)).toEqual({ ...made, again: true });
  expect(again.createOnce({ key: 'a', asked: 'c' }, wanted)).toBeUndefined();
  again.remove(made.webhook.id);
  expect(again.createOnce(request, wanted)).toMatchObject({ again: false });
  again.close();
  rmSync(folder, { recursive: true, force: true });
});
