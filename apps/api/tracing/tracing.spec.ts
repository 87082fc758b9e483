import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLedgerServer } from '../testing/ledger-server';
import { startTracing } from './index';

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number; arrayValue?: { values: { stringValue: string }[] } };
}
interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Attribute[];
  service: string;
}
interface Exported {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Omit<Span, 'service'>[] }[] }[];
}

/** A collector that keeps what it is sent. */
async function startCollector(): Promise<{ url: string; spans: Span[]; texts: string[]; server: Server }> {
  const spans: Span[] = [];
  const texts: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => (text += String(piece)));
    request.on('end', () => {
      texts.push(text);
      expect([request.url, request.headers['content-type']]).toEqual(['/v1/traces', 'application/json']);
      for (const { resource, scopeSpans } of (JSON.parse(text) as Exported).resourceSpans) {
        const service = valueOf(resource.attributes, 'service.name')!;
        for (const { spans: some } of scopeSpans) spans.push(...some.map((span) => ({ ...span, service })));
      }
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, texts, server };
}

function valueOf(attributes: Attribute[], name: string): string | undefined {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? (value?.intValue === undefined ? undefined : String(value.intValue));
}

const folder = mkdtempSync(join(tmpdir(), 'ledger-tracing-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startLedger(name: string, env: Record<string, string>) {
  const server = await startLedgerServer(join(folder, name), env);
  started.push(server.child);
  return server;
}

/** Until then, what is recorded may come into the tables as they are filled. */
async function followed(url: string): Promise<void> {
  for (;;) {
    const { details } = (await (await fetch(`${url}/readyz`)).json()) as { details: { projector: { state: string } } };
    if (details.projector.state === 'following') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('tracing', () => {
  it('follows a request from its caller through the append to the tables, and names nobody', async () => {
    const collector = await startCollector();
    const ledger = await startLedger('traced', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await followed(ledger.url);
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = {
      Authorization: ledger.authorization,
      'Content-Type': 'application/json',
      'X-Correlation-Id': 'correlation-0001',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    };
    const recorded = await fetch(`${ledger.url}/v1/persons/PERSON-TRACED/events`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        type: 'Identified',
        effectiveOn: '2022-05-09',
        data: { birthDate: '1962-03-04', sex: 'male' },
      }),
    });
    expect([recorded.status, recorded.headers.get('x-correlation-id')]).toEqual([201, 'correlation-0001']);
    const { position, events } = (await recorded.json()) as {
      position: string;
      events: { metadata: { correlationId: string } }[];
    };
    expect(events[0]!.metadata.correlationId).toBe('correlation-0001');
    await fetch(`${ledger.url}/v1/persons/PERSON-TRACED/answer?region=211200&validOn=2022-06-01`, { headers });

    const found = (name: string) => collector.spans.find((span) => span.name === name);
    const until = Date.now() + 30_000;
    while (!(found('project') && found('append') && found('GET /v1/persons/{person}/answer')) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const request = found('POST /v1/persons/{person}/events')!;
    expect(request).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7', service: 'enrollment-ledger' });
    expect(valueOf(request.attributes, 'http.response.status_code')).toBe('201');
    expect(valueOf(request.attributes, 'ledger.correlation_id')).toBe('correlation-0001');

    const append = found('append')!;
    expect(append).toMatchObject({ traceId, parentSpanId: request.spanId });
    expect(valueOf(append.attributes, 'ledger.outcome')).toBe('appended');
    expect(valueOf(append.attributes, 'ledger.stream.kind')).toBe('person');

    const project = found('project')!;
    expect(project.service).toBe('enrollment-ledger-projector');
    expect(valueOf(project.attributes, 'ledger.correlation_id')).toBe('correlation-0001');
    expect(valueOf(project.attributes, 'ledger.position')).toBe(position);
    expect(valueOf(append.attributes, 'ledger.position')).toBe(position);

    ledger.child.kill('SIGTERM');
    expect(await ledger.ended).toBe(0);
    const told = collector.texts.join('\n');
    for (const personal of ['PERSON-TRACED', '1962-03-04', ledger.authorization]) expect(told).not.toContain(personal);
    const lines = ledger
      .errors()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofRequests = lines.filter((line) => 'req' in line);
    expect(ofRequests.map(({ requestId }) => requestId)).toEqual(['correlation-0001', 'correlation-0001']);
    collector.server.close();
  }, 90_000);

  it('does not keep a server from working or stopping when its collector is gone', async () => {
    const ledger = await startLedger('alone', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      LEDGER_PROJECTOR: 'off',
    });
    const headers = { Authorization: ledger.authorization };
    for (let asked = 0; asked < 20; asked++) {
      expect((await fetch(`${ledger.url}/v1/policies`, { headers })).status).toBe(200);
    }
    ledger.child.kill('SIGTERM');
    expect(await ledger.ended).toBe(0);
  }, 60_000);

  it('is off unless a collector is named, and refuses an address that is none', async () => {
    expect(await startTracing({}, 'x')).toBeUndefined();
    expect(await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, 'x')).toBeUndefined();
    expect(
      await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }, 'x'),
    ).toBeUndefined();
    await expect(startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'x')).rejects.toThrow(
      /OTEL_EXPORTER_OTLP_ENDPOINT/,
    );
  });
});
