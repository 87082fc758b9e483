import { createHmac, createPublicKey } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { startTestServer, type TestServer } from '../testing/test-server';
import { requestsWith } from './testing/callers';
import { LocalIssuer } from './testing/local-issuer';

const registered = {
  type: 'Registered',
  effectiveOn: '2022-05-09',
  data: { scheme: 'employee', region: '211200', participation: 'employed' },
};
const clerk = { roles: ['clerk'], regions: ['211200'] };

let issuer: LocalIssuer;
let server: TestServer;
beforeAll(async () => {
  issuer = await LocalIssuer.start();
  server = await startTestServer({ environment: issuer.settings() });
});
afterAll(async () => {
  await server.close();
  await issuer.stop();
});

const ask = (token: string, of = server) => requestsWith(of, token).get('/v1/policies');
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a token of the sign-in', () => {
  it('lets its holder in with his roles and regions, and he is named by his account', async () => {
    const { get, post } = requestsWith(server, await issuer.token(clerk));
    const { body } = await post('/v1/persons/S-1/events', registered).expect(201);
    expect(body.events[0].metadata.actor).toBe('oidc:account-17');
    await get('/v1/persons/S-1/answer?validOn=2022-06-01').expect(200);
    await get('/v1/audit').expect(403);
    const lianyungang = requestsWith(server, await issuer.token({ ...clerk, regions: ['320700'] }));
    await lianyungang.get('/v1/persons/S-1/answer?validOn=2022-06-01').expect(404);
  });

  it.each([
    ['expired', { exp: Math.floor(Date.now() / 1000) - 60 }, 'expired'],
    ['not yet valid', { nbf: Math.floor(Date.now() / 1000) + 600 }, 'notYetValid'],
    ['for another audience', { aud: 'another-system' }, 'wrongAudience'],
    ['of another issuer', { iss: 'https://elsewhere.example' }, 'wrongIssuer'],
    ['that never expires', { exp: undefined }, 'claimMissing'],
    ['of nobody', { sub: undefined }, 'subject'],
    ['of somebody named by an identity number', { sub: '11010519491231002X' }, 'subject'],
  ])('is not believed when it is one %s', async (_what, claims, reason) => {
    const { body, headers } = await ask(await issuer.token({ ...clerk, ...claims })).expect(401);
    expect(body.type).toBe('urn:enrollment-ledger:problem:unauthenticated');
    expect(headers['www-authenticate']).toContain(`error_description="${reason}"`);
  });

  it('is believed within the tolerance of the clocks', async () => {
    const now = Math.floor(Date.now() / 1000);
    await ask(await issuer.token({ ...clerk, exp: now - 3 })).expect(200);
    await ask(await issuer.token({ ...clerk, nbf: now + 3 })).expect(200);
  });

  it('is not believed unsigned, signed by a stranger, or signed with the public key as a secret', async () => {
    const unsigned = new UnsecuredJWT(clerk).setIssuer(issuer.url).setAudience(issuer.audience).setSubject('x');
    await ask(unsigned.setExpirationTime('5m').encode()).expect(401);

    const stranger = await LocalIssuer.start();
    const key = await stranger.addKey('first');
    await ask(await issuer.token(clerk, { key })).expect(401);
    await stranger.stop();

    const [, payload] = (await issuer.token(clerk)).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'first', typ: 'JWT' })).toString('base64url');
    const pem = createPublicKey({ key: issuer.publicJwk('first') as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    for (const secret of [pem, JSON.stringify(issuer.publicJwk('first'))]) {
      const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
      const { headers } = await ask(`${header}.${payload}.${signature}`).expect(401);
      expect(headers['www-authenticate']).toContain('algorithm');
    }
  });

  it.each(['a.b.c', 'eyJhbGciOiJSUzI1NiJ9.e30.x', 'not-a-token', '..', 'x'.repeat(5_000)])(
    'is not believed when it is %s',
    async (token) => {
      await ask(token).expect(401);
    },
  );

  it('opens nothing without roles and regions of the ledger, whatever other words it holds', async () => {
    const { get } = requestsWith(
      server,
      await issuer.token({ roles: ['Administrator', 'root', 7], regions: ['2112'] }),
    );
    await get('/v1/policies').expect(403);
    const noRegion = requestsWith(server, await issuer.token({ roles: 'clerk', regions: '2112, 0000' }));
    await noRegion.get('/v1/policies').expect(200);
    await noRegion.get('/v1/persons/S-1/answer').expect(404);
    await noRegion.get('/v1/reports/insured').expect(403);
  });

  it('may have its claims elsewhere', async () => {
    const other = await startTestServer({
      environment: issuer.settings({
        LEDGER_OIDC_SUBJECT_CLAIM: 'preferred_username',
        LEDGER_OIDC_ROLES_CLAIM: 'realm_access.roles',
        LEDGER_OIDC_REGIONS_CLAIM: 'https://agency.example/regions',
      }),
    });
    const token = await issuer.token({
      preferred_username: 'tl-0017',
      realm_access: { roles: ['clerk', 'offline_access'] },
      'https://agency.example/regions': '211200 320700',
    });
    const { body } = await requestsWith(other, token).post('/v1/persons/S-2/events', registered).expect(201);
    expect(body.events[0].metadata.actor).toBe('oidc:tl-0017');
    await other.close();
  });
});

describe('the keys of the sign-in', () => {
  it('may change while the server runs: a new one is found, one taken away is forgotten', async () => {
    const old = await issuer.token(clerk, { kid: 'first' });
    await ask(old).expect(200);
    const second = await issuer.addKey('second');
    await pause(1_100);
    await ask(await issuer.token(clerk, { kid: 'second' })).expect(200);
    issuer.removeKey('first');
    issuer.removeKey('second');
    await issuer.addKey('third');
    await pause(1_100);
    await ask(await issuer.token(clerk, { kid: 'third' })).expect(200);
    // Another token of the key that is gone; the one believed a moment ago may be believed for a little while.
    await ask(await issuer.token({ ...clerk, sub: 'account-18' }, { key: second })).expect(401);
  });

  it('are not asked for again and again because of keys that somebody made up', async () => {
    const stranger = await LocalIssuer.start();
    await pause(1_100);
    const before = issuer.asked;
    for (let n = 0; n < 30; n++) {
      const key = await stranger.addKey(`made-up-${n}`, 'ES256');
      await ask(await issuer.token(clerk, { key })).expect((reply) => expect([401, 429]).toContain(reply.status));
    }
    expect(issuer.asked - before).toBeLessThan(8);
    await stranger.stop();
  });
});

describe('a sign-in that is down', () => {
  it('keeps nobody from the first token, and its own people wait; what it signed before still holds', async () => {
    const other = await LocalIssuer.start();
    other.mode = 'down';
    const waiting = await startTestServer({ environment: other.settings() });
    const token = await other.token(clerk);
    const { body, headers } = await ask(token, waiting).expect(503);
    expect(body.type).toBe('urn:enrollment-ledger:problem:sign-in-unreachable');
    expect(headers['retry-after']).toBe('5');
    await waiting.get('/v1/policies').expect(200);

    other.mode = 'nonsense';
    await pause(1_100);
    await ask(token, waiting).expect(503);
    other.mode = 'up';
    await pause(1_100);
    await ask(token, waiting).expect(200);
    await other.stop();
    await ask(await other.token({ ...clerk, sub: 'account-19' }), waiting).expect(200);
    expect(waiting.log.join('')).not.toContain(token);
    await waiting.close();
  });

  it('does not believe a discovery that speaks for another issuer', async () => {
    const waiting = await startTestServer({ environment: issuer.settings({ LEDGER_OIDC_ISSUER: `${issuer.url}/` }) });
    await ask(await issuer.token({ ...clerk, iss: `${issuer.url}/` }), waiting).expect(503);
    await waiting.close();
  });
});
