import { join } from 'node:path';
import { population } from '../../../libs/generation';
import { loadPoliciesOrThrow } from '../../../libs/policy';
import { rebuild } from '../../../libs/read-model';
import { reports } from '../../../libs/reports';
import { append } from '../../../libs/reports/testing/filled';
import { startTestServer, type TestServer } from '../testing/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('reports by HTTP', () => {
  it('are not ready before anything is projected', async () => {
    const { body } = await server.get('/v1/reports/insured').expect(503);
    expect(body).toMatchObject({ type: 'urn:enrollment-ledger:problem:not-ready' });
  });

  describe('of a population', () => {
    beforeAll(async () => {
      await append(server.store, population({ persons: 30, seed: 3, regions: ['211200', '320700'] }));
      const readModel = join(server.folder, 'read-model.db');
      await rebuild({ readModel, store: server.store, policies: loadPoliciesOrThrow('policies') });
    });

    it('are listed', async () => {
      const { body } = await server.get('/v1/reports').expect(200);
      expect((body as { reports: { name: string }[] }).reports.map(({ name }) => name)).toEqual(
        reports.map(({ name }) => name),
      );
      await server.stranger.get('/v1/reports').expect(401);
    });

    it('come in every form, each under a name that says its basis', async () => {
      const question = 'validOn=2023-06-30&knownAt=2024-01-31&region=211200';
      const json = await server.get(`/v1/reports/insured?${question}`).expect(200);
      expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(json.body).toMatchObject({
        report: 'insured',
        basis: { validOn: '2023-06-30', knownAt: '2024-01-31', region: '211200' },
      });
      expect((json.body as { rows: object[] }).rows.length).toBeGreaterThan(0);

      const csv = await server.get(`/v1/reports/insured?${question}&format=csv&lang=en`).expect(200);
      expect(csv.text).toMatch(/^\uFEFFRegion,Scheme,/);
      expect(csv.headers['content-disposition']).toBe(
        'attachment; filename="insured_211200_2023-06-30_known-2024-01-31.csv"',
      );
      const page = await server.get(`/v1/reports/insured?${question}&format=html`).expect(200);
      expect(page.text).toContain('<h1>参保人数</h1>');
      const book = await server
        .get(`/v1/reports/insured?${question}&format=xlsx`)
        .buffer()
        .parse((response, done) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('end', () => done(null, Buffer.concat(pieces)));
        });
      expect((book.body as Buffer).subarray(0, 2).toString()).toBe('PK');
    });

    it('are the same as known then, whatever is recorded later', async () => {
      const path = '/v1/reports/insured?validOn=2023-06-30&knownAt=2024-01-31';
      const figures = async () => ((await server.get(path).expect(200)).body as { rows: object[] }).rows;
      const before = await figures();
      const person = (await server.get('/v1/reports/movement?validOn=2023-06-30&since=2020-01-01').expect(200))
        .body as {
        rows: { person: string | null }[];
      };
      const { person: id } = person.rows.find((row) => row.person !== null)!;
      await server
        .post(`/v1/persons/${id}/events`, [{ type: 'Died', effectiveOn: '2022-01-01', data: {} }])
        .expect(201);
      expect(await figures()).toEqual(before);
    });

    it.each([
      ['insured?validOn=2023-02-30', 'validOn'],
      ['insured?format=pdf', 'format'],
      ['insured?lang=fr', 'lang'],
      ['insured?region=21', 'region'],
      ['insured?knownAt=later', 'knownAt'],
      ['insured?validOn=2023-06-30&since=2023-07-01', 'since'],
      ['insured?validAt=2023-06-30', 'validAt'],
    ])('refuse %s', async (path, field) => {
      const { body } = await server.get(`/v1/reports/${path}`).expect(400);
      expect((body as { errors: { field: string }[] }).errors[0]!.field).toBe(field);
    });

    it('refuse a name that there is not', () => server.get('/v1/reports/nothing').expect(404));
  });
});
