import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLedgerServer, type LedgerServer } from '../testing/ledger-server';
import type { ReconciliationReport } from './reconciliations.service';

/** Comparisons by HTTP over the death of their server, a process of its own. */

let data: string;
const started: LedgerServer[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ledger-reconciliation-kill-'));
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<LedgerServer> {
  const server = await startLedgerServer(data, { LEDGER_PROJECTOR: 'off', LEDGER_LOG_LEVEL: 'error' });
  started.push(server);
  return server;
}

const region = '211200';
const ROWS = 12_000;
const PERSONS = 200;

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'one that %s interrupts begins anew at the next start, at the same basis, and tells everything once',
  async (signal) => {
    const first = await start();
    const request = (server: LedgerServer, path: string, body?: string, type = 'text/csv') =>
      fetch(`${server.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: server.authorization, 'content-type': type, prefer: 'respond-async' },
        ...(body === undefined ? {} : { body }),
      });
    const read = async (server: LedgerServer, path: string) =>
      (await (await request(server, path)).json()) as ReconciliationReport;
    const relations = Array.from({ length: PERSONS }, (_, index) => `P${index},310,1101,${region},2022-05-09,,1`);
    const head = 'psn_no,insutype,psn_type,insu_admdvs,crt_insu_date,paus_insu_date,psn_insu_stas';
    const { id: imported } = (await (
      await request(first, '/v1/imports', [head, ...relations, ''].join('\n'))
    ).json()) as ReconciliationReport;
    while ((await read(first, `/v1/imports/${imported}`)).state !== 'done');

    const rows = Array.from({ length: ROWS }, (_, index) => `P${index},310,${region},2`);
    const extract = ['psn_no,insutype,insu_admdvs,psn_insu_stas', ...rows, ''].join('\n');
    const sent = (await (
      await request(first, '/v1/reconciliations?validOn=2022-06-01', extract)
    ).json()) as ReconciliationReport;
    const path = `/v1/reconciliations/${sent.id}`;
    let report = await read(first, path);
    while (report.rows === 0) report = await read(first, path);
    expect([report.state, report.resumed]).toEqual(['running', undefined]);
    first.child.kill(signal);
    await first.ended;

    const second = await start();
    // What is recorded from now on was not known when the extract was sent.
    const later = { type: 'Suspended', effectiveOn: '2022-05-20', data: { scheme: 'employee', region, reason: 'x' } };
    expect((await request(second, '/v1/persons/P0/events', JSON.stringify(later), 'application/json')).status).toBe(
      201,
    );
    report = await read(second, path);
    while (['waiting', 'running'].includes(report.state)) report = await read(second, path);
    expect(report).toMatchObject({
      state: 'done',
      resumed: true,
      rows: ROWS,
      differing: ROWS,
      exceptions: ROWS,
      basis: { validOn: '2022-06-01', knownAt: sent.basis.knownAt },
    });
    const table = await (await request(second, report.exceptionsFile!)).text();
    expect(table.trimEnd().split('\r\n')).toHaveLength(ROWS + 1);
    expect(readdirSync(join(data, 'reconciliations', sent.id)).sort()).toEqual([
      'exceptions.csv',
      'exceptions.jsonl',
      'report.json',
    ]);
  },
  120_000,
);
