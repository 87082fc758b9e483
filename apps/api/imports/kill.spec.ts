import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader } from '../../../libs/event-store';
import { tokenFile } from '../bearer-token';
import type { ImportReport } from './imports.service';

/** Imports by HTTP over the death of their server: a process of its own, killed or told to stop in the middle. */

const folder = mkdtempSync(join(tmpdir(), 'ledger-import-kill-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(data: string): Promise<{ url: string; child: ChildProcess; ended: Promise<string> }> {
  const sources = join(__dirname, '..', '..', 'ledger', 'testing', 'register-typescript.cjs');
  const child = spawn(process.execPath, ['-r', sources, join(__dirname, '..', 'main.ts')], {
    env: {
      ...process.env,
      LEDGER_DATA: data,
      LEDGER_PORT: '0',
      LEDGER_LANG: 'en',
      LEDGER_LOG_LEVEL: 'error',
      LEDGER_SAMPLES: 'off',
      LEDGER_PROJECTOR: 'off',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? String(code))),
  );
  while (!/listens on \S+\n/.test(output)) {
    if (child.exitCode !== null) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { url: /listens on (\S+)\n/.exec(output)![1]!, child, ended };
}

const PERSONS = 500;
const MONTHS = 120;
function extract(): string {
  const rows = ['psn_no,insutype,psn_type,insu_admdvs,accrym_begn,accrym_end,arvl_date,clct_type,clct_flag,revs_flag'];
  for (let person = 0; person < PERSONS; person++) {
    for (let month = 0; month < MONTHS; month++) {
      const fee = `${2010 + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}`;
      const on = month === 7 ? 'never' : `${fee.slice(0, 4)}-${fee.slice(4)}-10`;
      rows.push(`P${person},310,1101,211200,${fee},${fee},${on},10,1,Z`);
    }
  }
  return `${rows.join('\n')}\n`;
}

const UNDER_WAY = ['waiting', 'running'];

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'an import that %s interrupts goes on at the next start, and tells the truth throughout',
  async (signal) => {
    const data = join(folder, signal);
    const first = await startServer(data);
    const headers = { Authorization: `Bearer ${readFileSync(tokenFile(data), 'utf8').trim()}` };
    const send = (body: string) =>
      fetch(`${first.url}/v1/imports`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'text/csv', Prefer: 'respond-async' },
        body,
      });
    const read = async (url: string, id: string) =>
      (await (await fetch(`${url}/v1/imports/${id}`, { headers })).json()) as ImportReport;
    const { id } = (await (await send(extract())).json()) as ImportReport;
    const behind = (await (
      await send('psn_no,insutype,crt_insu_date,insu_admdvs\nQ1,310,2022-05-09,211200\n')
    ).json()) as ImportReport;
    expect(behind.state).toBe('waiting');
    let report = await read(first.url, id);
    while (report.rows < 20_000) report = await read(first.url, id);
    expect([report.state, report.resumed]).toEqual(['running', undefined]);
    first.child.kill(signal);
    expect(await first.ended).toBe(signal === 'SIGKILL' ? signal : '0');

    // What an upload leaves behind that breaks off with the server.
    mkdirSync(join(data, 'imports', '00000000-0000-4000-8000-000000000000'));
    writeFileSync(join(data, 'imports', '00000000-0000-4000-8000-000000000000', '1.csv'), 'psn_no');
    writeFileSync(join(data, 'imports', 'e5d1c3'), 'psn_no');

    const second = await startServer(data);
    const listed = (await (await fetch(`${second.url}/v1/imports`, { headers })).json()) as { imports: ImportReport[] };
    expect(listed.imports.map((one) => one.id)).toEqual([behind.id, id]);
    report = await read(second.url, id);
    while (UNDER_WAY.includes(report.state)) report = await read(second.url, id);
    const rows = PERSONS * MONTHS;
    expect(report).toMatchObject({
      state: 'done',
      resumed: true,
      rows,
      recorded: rows - PERSONS,
      already: 0,
      refused: PERSONS,
    });
    let other = await read(second.url, behind.id);
    while (UNDER_WAY.includes(other.state)) other = await read(second.url, behind.id);
    expect(other).toMatchObject({ state: 'done', recorded: 1 });
    const refused = await (await fetch(`${second.url}${report.files[0]!.refusedRows}`, { headers })).text();
    expect(refused.trimEnd().split('\r\n')).toHaveLength(PERSONS + 1);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe('0');

    const store = openEmbeddedReader({ file: join(data, 'events.sqlite') });
    const ids = new Set<string>();
    for await (const batch of store.readAll()) for (const event of batch) ids.add(event.id);
    expect([ids.size, await store.head()]).toEqual([rows - PERSONS + 1, BigInt(rows - PERSONS + 1)]);
    await store.close();
    expect(readdirSync(join(data, 'imports')).sort()).toEqual([id, behind.id].sort());
    expect(readdirSync(join(data, 'imports', id)).sort()).toEqual(['1.refused.csv', 'report.json']);
  },
  180_000,
);
