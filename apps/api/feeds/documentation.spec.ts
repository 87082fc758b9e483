import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installation } from '../settings';
import { startTestServer } from '../testing/test-server';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

it('the receiver that docs/feeds.md shows takes what it is sent, once, and nothing that is not signed', async () => {
  const page = readFileSync(join(installation(), 'docs', 'feeds.md'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'ledger-receiver-'));
  const program = join(folder, 'receiver.cjs');
  writeFileSync(program, /```js\n([^]*?)```/.exec(page)![1]!);
  const receiver = spawn(process.execPath, [program], { env: { ...process.env, SECRET, PORT: '0' } });
  const server = await startTestServer({ environment: { LEDGER_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
  try {
    let said = '';
    receiver.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await until(() => /listening \d+\n/.test(said));
    const url = `http://127.0.0.1:${/listening (\d+)/.exec(said)![1]}/`;
    const { body } = await server.post('/v1/webhooks', { url, secret: SECRET, from: '0' }).expect(201);
    expect(body).toMatchObject({ verification: { verified: true } });
    const { id } = (body as { webhook: { id: string } }).webhook;
    await server
      .post('/v1/persons/P-1/events', {
        type: 'Paid',
        effectiveOn: '2022-05-10',
        data: {
          scheme: 'employee',
          region: '211200',
          kind: 'regular',
          feeMonths: { from: '2022-05', through: '2022-05' },
        },
      })
      .expect(201);
    const line = '1.P-1 cn.enrollment-ledger.answer.changed.v1 P-1\n';
    await until(() => said.includes(line));
    const delivered = async () => ((await server.get(`/v1/webhooks/${id}`)).body as { delivered: number }).delivered;
    while ((await delivered()) < 1);
    await server.post(`/v1/webhooks/${id}/replay`, { from: '0' }).expect(200);
    while ((await delivered()) < 2);
    expect(said.split(line)).toHaveLength(2);
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  } finally {
    receiver.kill();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
