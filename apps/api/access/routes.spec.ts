import { startTestServer, type TestServer } from '../testing/test-server';
import { routesOf } from './routes';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe('every route', () => {
  it('says who may use it: @Allows(…) or @AllowsAnyone()', () => {
    const routes = routesOf(server.app);
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter(({ allowed }) => allowed === undefined).map(name)).toEqual([]);
  });

  it('says what keeps a caller to his regions, by :person, :region or :employer in its path or by @Scoped(…)', () => {
    const routes = routesOf(server.app).filter(({ allowed }) => allowed !== 'anyone');
    expect(routes.filter(({ scope }) => scope === undefined).map(name)).toEqual([]);
  });
});
