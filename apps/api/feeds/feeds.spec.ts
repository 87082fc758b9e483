import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, get, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createParser } from 'eventsource-parser';
import type { CloudEvent, Page } from '../../../libs/feeds';
import { startReceiver } from '../../../libs/feeds/testing/receiver';
import { readSettings } from '../settings';
import { start } from '../start';
import { Draining } from '../health/draining';
import { callerWith } from '../access/testing/callers';
import { TOKEN, startTestServer, type TestServer } from '../testing/test-server';
import { streamFeed } from './event-stream';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ environment: { LEDGER_MACHINE_RATE_PER_SECOND: '100000' } });
});
afterEach(() => server.close());

const paid = (month: string, region = '211200') => ({
  type: 'Paid',
  effectiveOn: `${month}-10`,
  data: { scheme: 'employee', region, kind: 'regular', feeMonths: { from: month, through: month } },
});
const record = (person: string, month: string, region?: string) =>
  server.post(`/v1/persons/${person}/events`, paid(month, region)).expect(201);
const ruling = () =>
  server
    .post('/v1/regions/211200/events', {
      type: 'RulingRecorded',
      effectiveOn: '2022-04-01',
      data: { region: '211200', reading: 'A-01', choice: 'B', authority: 'bureau' },
    })
    .expect(201);
const portOf = (http: unknown) => ((http as Server).address() as AddressInfo).port;

interface Listener {
  ids: string[];
  items: CloudEvent[];
  comments: string[];
  last: string;
  socket: Socket;
  /** Resolves when the connection has ended, however. */
  ended: Promise<void>;
  cut(): void;
}

/** A client of server-sent events. */
function listen(
  path: string,
  headers: Record<string, string> = {},
  port = portOf(server.app.getHttpServer()),
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = get(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        headers: { Accept: 'text/event-stream', Authorization: `Bearer ${TOKEN}`, ...headers },
      },
      (response: IncomingMessage) => {
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        const listener: Listener = {
          ids: [],
          items: [],
          comments: [],
          last: headers['Last-Event-ID'] ?? '',
          socket: response.socket,
          ended: new Promise((done) => response.once('close', done)),
          cut: () => request.destroy(),
        };
        const parser = createParser({
          onEvent: ({ id, data }) => {
            listener.ids.push(id!);
            listener.last = id!;
            listener.items.push(JSON.parse(data) as CloudEvent);
          },
          onComment: (comment) => listener.comments.push(comment.trim()),
        });
        response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
        response.on('error', () => undefined);
        resolve(listener);
      },
    );
    request.on('error', reject);
  });
}
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const listed = async (path: string) =>
  (await server.get(path).expect(200)).body as { items: CloudEvent[]; next: string; more: boolean };

describe('a feed as a list', () => {
  it('is taken up where the last page ended, also at the end', async () => {
    for (const month of ['2022-05', '2022-06', '2022-07']) await record('A', month);
    const first = await listed('/v1/feeds/answers?format=json&limit=2');
    expect(first.items.map(({ id }) => id)).toEqual(['1.A', '2.A']);
    expect(first.more).toBe(true);
    const second = await listed(`/v1/feeds/answers?from=${first.next}&limit=2`);
    expect(second.items.map(({ id }) => id)).toEqual(['3.A']);
    const third = await listed(`/v1/feeds/answers?from=${second.next}`);
    expect(third).toEqual({ items: [], next: second.next, more: false });
    await record('A', '2022-08');
    expect((await listed(`/v1/feeds/answers?from=${third.next}`)).items.map(({ id }) => id)).toEqual(['4.A']);
    expect(await listed('/v1/feeds/answers?from=now')).toEqual({ items: [], next: '4', more: false });
  });

  it('tells what changed in which part, for the day of recording', async () => {
    await record('A', '2022-05');
    const [item] = (await listed('/v1/feeds/answers')).items;
    expect(item).toMatchObject({
      specversion: '1.0',
      type: 'cn.enrollment-ledger.answer.changed.v1',
      subject: 'A',
      data: { person: 'A', region: '211200', cause: { type: 'Paid', stream: 'person-A', effectiveOn: '2022-05-10' } },
    });
    expect((item!.data as { changes: unknown[] }).changes).toContainEqual({ at: 'contribution.total', from: 0, to: 1 });
  });

  it('refuses a place beyond the log and everything that it does not know', async () => {
    for (const query of [
      'from=7',
      'from=x',
      'from=1.%20',
      'type=Nothing',
      'region=21',
      'limit=0',
      'limit=1001',
      'format=xml',
      'other=1',
      'part=nothing',
    ]) {
      await server.get(`/v1/feeds/answers?${query}`).expect(400);
    }
    await server.get('/v1/feeds/events?part=coverage').expect(400);
    await server.get('/v1/feeds/answers').set('Accept', 'text/event-stream').set('Last-Event-ID', '9').expect(400);
  });

  it('holds only persons of the caller’s regions, and what lies above them', async () => {
    await record('A', '2022-05');
    await record('B', '2022-05', '320700');
    await ruling();
    const own = callerWith(server, 'integrator', ['211200']);
    const other = callerWith(server, 'integrator', ['320700']);
    const ids = async (caller: typeof own, feed: string) =>
      ((await caller.get(`/v1/feeds/${feed}`).expect(200)).body as { items: CloudEvent[] }).items.map(({ id }) => id);
    expect(await ids(own, 'answers')).toEqual(['1.A', '3-region']);
    expect(await ids(other, 'answers')).toEqual(['2.B']);
    expect(await ids(other, 'events')).toEqual(['2']);
    await other.get('/v1/feeds/answers?region=211200').expect(403);
    await callerWith(server, 'clerk').get('/v1/feeds/answers').expect(403);
    await server.stranger.get('/v1/feeds/events').expect(401);
  });
});

describe('a feed as server-sent events', () => {
  it('gives what is there behind a place, and then what comes', async () => {
    await record('A', '2022-05');
    await record('A', '2022-06');
    const early = await listen('/v1/feeds/answers?from=1');
    const late = await listen('/v1/feeds/answers');
    await until(() => early.ids.length === 1);
    await record('B', '2022-05');
    await until(() => early.ids.length === 2 && late.ids.length === 1);
    expect([early.ids, late.ids]).toEqual([['2.A', '3.B'], ['3.B']]);
    const events = await listen('/v1/feeds/events?from=0&type=Paid');
    await until(() => events.ids.length === 3);
    expect(events.items[0]).toMatchObject({
      type: 'cn.enrollment-ledger.event.recorded.v1',
      subject: 'person-A',
      data: { type: 'Paid', position: '1' },
    });
    for (const one of [early, late, events]) one.cut();
  });

  it('loses and doubles nothing for clients whose connections are cut at any moment', async () => {
    const months = ['2022-05', '2022-06', '2022-07', '2022-08', '2022-09', '2022-10'];
    const people = Array.from({ length: 12 }, (_, index) => `P${index}`);
    let over = false;
    const client = async (seed: number) => {
      const ids: string[] = [];
      let last = '0';
      let cuts = 0;
      while (!over || last !== (await end())) {
        const listener = await listen('/v1/feeds/answers', { 'Last-Event-ID': last });
        const wanted = 1 + ((seed * 7 + cuts * 5) % 11);
        await Promise.race([
          until(() => listener.ids.length >= wanted || (over && listener.ids.length > 0)),
          listener.ended,
        ]);
        listener.cut();
        await listener.ended;
        ids.push(...listener.ids);
        last = listener.last;
        cuts++;
        if (over && last === (await end())) break;
      }
      return { ids, cuts };
    };
    let known = '';
    const end = async () => (known !== '' ? known : '?');
    const clients = [1, 2, 3].map(client);
    for (const month of months) for (const person of people) await record(person, month);
    await ruling();
    const all = (await listed('/v1/feeds/answers?limit=1000')).items.map(({ id }) => id);
    known = all.at(-1)!;
    over = true;
    for (const { ids, cuts } of await Promise.all(clients)) {
      expect(ids).toEqual(all);
      expect(cuts).toBeGreaterThan(3);
    }
  });

  it('is open to one caller twenty times at once, and to another then all the same', async () => {
    const mine = await Promise.all(Array.from({ length: 20 }, () => listen('/v1/feeds/events')));
    await expect(listen('/v1/feeds/events')).rejects.toThrow('status 429');
    const { key } = callerWith(server, 'auditor');
    const other = await listen('/v1/feeds/events', { Authorization: `Bearer ${key}` });
    await record('A', '2022-05');
    await until(() => [...mine, other].every(({ ids }) => ids.length === 1));
    mine[0]!.cut();
    await mine[0]!.ended;
    const again = async () => (await server.get('/metrics')).text.includes('ledger_feed_streams 20\n');
    while (!(await again()));
    mine[0] = await listen('/v1/feeds/events');
    for (const one of [...mine, other]) one.cut();
  });

  it('ends with a word when the server stops, and nobody waits for it', async () => {
    await record('A', '2022-05');
    const listener = await listen('/v1/feeds/answers?from=0');
    await until(() => listener.ids.length === 1);
    server.app.get(Draining).begin();
    await listener.ended;
    expect(listener.comments.at(-1)).toMatch(/^the server is stopping; go on with Last-Event-ID 1(\.A)?$/);
  });

  it('needs a token, answers HEAD at once, and is no list for who asks for one', async () => {
    await server.stranger.get('/v1/feeds/answers').set('Accept', 'text/event-stream').expect(401);
    const head = await new Promise<IncomingMessage>((resolve) =>
      httpRequest(
        {
          method: 'HEAD',
          port: portOf(server.app.getHttpServer()),
          path: '/v1/feeds/answers',
          agent: false,
          headers: { Accept: 'text/event-stream', Authorization: `Bearer ${TOKEN}` },
        },
        (response) => resolve(response.resume()),
      ).end(),
    );
    expect(head.statusCode).toBe(200);
    const both = await server.get('/v1/feeds/answers?format=json').set('Accept', 'text/event-stream').expect(200);
    expect(both.type).toBe('application/json');
    await until(() => server.log.length > 0);
    const { text } = await server.get('/metrics').expect(200);
    expect(text).toContain('ledger_feed_streams 0');
  });
});

describe('the whole server', () => {
  it('stops without waiting for streams, after a word to each, and a webhook goes on with the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-feeds-start-'));
    const receiver = await startReceiver();
    const settings = readSettings({
      LEDGER_DATA: folder,
      LEDGER_PORT: '0',
      LEDGER_SAMPLES: 'off',
      LEDGER_PROJECTOR: 'off',
      LEDGER_LOG_LEVEL: 'silent',
      LEDGER_SHUTDOWN_SECONDS: '600',
      LEDGER_WEBHOOK_NETWORKS: '127.0.0.0/8',
    });
    try {
      const first = await start(settings, () => undefined);
      const token = readFileSync(join(folder, 'api-token'), 'utf8').trim();
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
      const post = (url: string, path: string, body: object) =>
        fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      await post(first.url, '/v1/webhooks', { url: receiver.url, secret: receiver.secret, from: '0' });
      const port = Number(new URL(first.url).port);
      const listener = await listen('/v1/feeds/answers', { Authorization: headers.Authorization }, port);
      await post(first.url, '/v1/persons/A/events', paid('2022-05'));
      await receiver.taken(1);
      await until(() => listener.ids.length === 1);
      await first.stop();
      await listener.ended;
      expect(listener.comments.at(-1)).toMatch(/^the server is stopping; go on with Last-Event-ID 1(\.A)?$/);

      const second = await start(settings, () => undefined);
      await post(second.url, '/v1/persons/A/events', paid('2022-06'));
      await receiver.taken(2);
      expect(receiver.received.map(({ event }) => event.id)).toEqual(['1.A', '2.A']);
      await second.stop();
    } finally {
      await receiver.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a stream', () => {
  const errors: unknown[] = [];
  afterEach(() => expect(errors).toEqual([]));
  const limits = { heartbeatMs: 10, stallMs: 60_000, lifeMs: 60_000 };
  const asked = { feed: 'answers', after: { position: 0n }, filter: {} } as const;
  const page = (position: bigint, count: number, size = 10): Page => ({
    items: Array.from({ length: count }, (_, index) => {
      const place = { position, key: `P${String(index).padStart(5, '0')}` };
      const id = `${position}.${place.key}`;
      return {
        place,
        id,
        text: JSON.stringify({ id, filling: 'x'.repeat(size) }),
        lane: 'person-P',
        cause: 'Paid',
        regions: [],
        parts: [],
      };
    }),
    through: { position },
  });

  async function streaming(
    follow: (signal: AbortSignal) => AsyncGenerator<Page>,
    changes: Partial<typeof limits>,
    test: (port: number, done: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const stopping = new AbortController();
    let run: Promise<void> = Promise.resolve();
    const http = createServer((_request, response) => {
      const feeds = {
        follow: (_name: unknown, _after: unknown, _filter: unknown, signal: AbortSignal) => follow(signal),
      };
      run = streamFeed(response, feeds, asked, stopping.signal, (error) => errors.push(error), {
        ...limits,
        ...changes,
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    try {
      await test(portOf(http), () => run);
    } finally {
      stopping.abort();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    }
  }
  const waiting = (signal: AbortSignal) =>
    new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));

  it('shows that it lives, and with its place where nothing of it is wanted', async () => {
    await streaming(
      async function* (signal) {
        yield { items: [], through: { position: 700n } };
        await waiting(signal);
      },
      {},
      async (port) => {
        let text = '';
        const request = get({ port, agent: false }, (response) =>
          response.setEncoding('utf8').on('data', (more) => (text += more)),
        );
        await until(() => text.includes(': here\nid: 700\n\n'));
        request.destroy();
      },
    );
  });

  it('is not read ahead of a client who takes nothing, who is cut off and may come back', async () => {
    let made = 0;
    await streaming(
      async function* () {
        for (let position = 1n; ; position++) {
          made++;
          yield page(position, 20, 10_000);
        }
      },
      { stallMs: 200 },
      async (port, done) => {
        const request = get({ port, agent: false }, (response) => void response.pause());
        request.on('error', () => undefined);
        await until(() => made > 0);
        await done();
        // What the kernel takes for both ends, and no more.
        expect(made).toBeLessThan(200);
        request.destroy();
      },
    );
  });

  it('ends after its time with the place to go on from', async () => {
    await streaming(
      async function* (signal) {
        yield page(3n, 2);
        await waiting(signal);
      },
      { lifeMs: 50 },
      async (port) => {
        const listener = await listen('/', {}, port);
        await listener.ended;
        expect(listener.ids).toEqual(['3.P00000', '3.P00001']);
        expect(listener.comments.at(-1)).toBe('a stream lasts no longer; go on with Last-Event-ID 3');
      },
    );
  });

  it('says so when the feed cannot be read, and fails', async () => {
    await streaming(
      async function* () {
        yield page(3n, 1);
        throw new Error('broken');
      },
      {},
      async (port, done) => {
        const listener = await listen('/', {}, port);
        await done();
        expect(errors.splice(0)).toEqual([new Error('broken')]);
        await listener.ended;
        expect(listener.comments.at(-1)).toBe('the feed cannot be read now; go on with Last-Event-ID 3');
      },
    );
  });
});
