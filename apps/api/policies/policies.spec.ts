import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('the packs', () => {
  it('are listed with their time and their hash', async () => {
    const { body } = await server.get('/v1/policies').expect(200);
    expect(body.policies.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['CN', '211200-tieling', '320700-lianyungang']),
    );
    for (const pack of body.policies) expect(pack.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are shown with every key of the law, its rule and its readings', async () => {
    const { body } = await server.get('/v1/policies/211200?on=2022-11-05').expect(200);
    expect(body).toMatchObject({ id: '211200-tieling', on: '2022-11-05', region: '211200' });
    expect(body.keys).toEqual(expect.arrayContaining([expect.objectContaining({ form: 'value', rule: expect.anything() })]));
    expect(body.readings['A-01'].choices).toHaveProperty('B');
  });

  it('rule the districts below them', async () => {
    const { body } = await server.get('/v1/policies/211202?on=2022-11-05').expect(200);
    expect(body.id).toBe('211200-tieling');
  });

  it('are shown for the country too', async () => {
    const { body } = await server.get('/v1/policies/000000').expect(200);
    expect(body.id).toBe('CN');
  });

  it.each(['211200?on=2022-03-31', '999999', '110000'])('do not rule everything: %s', async (path) => {
    const { body } = await server.get(`/v1/policies/${path}`).expect(404);
    expect(body.type).toBe('urn:enrollment-ledger:problem:no-policy');
  });

  it.each(['2112', 'tieling', '211200?on=yesterday', '211200?day=2022-01-01'])('refuse %s', async (path) => {
    await server.get(`/v1/policies/${path}`).expect(400);
  });
});
