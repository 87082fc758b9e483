import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { registerPulseMetrics } from './metrics';
import { isWell, toldOf, type Pulse } from './pulse';

/** Tells health and metrics to this machine alone; nothing in them names a person. */
export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Listens on a port, 0 for any that is free. Rejects as Node does where it is taken. */
export async function serveHealth(port: number, pulse: () => Pulse): Promise<HealthServer> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerPulseMetrics(registry, pulse);
  const server = createServer((request, response) => {
    reply(request.method ?? 'GET', request.url?.split('?', 1)[0] ?? '/', response).catch(() => response.destroy());
  });

  async function reply(method: string, path: string, response: ServerResponse): Promise<void> {
    const read = method === 'GET' || method === 'HEAD';
    if (read && path === '/healthz') return json(response, 200, { status: 'ok' });
    if (read && path === '/readyz') {
      const well = isWell(pulse());
      return json(response, well ? 200 : 503, { status: well ? 'ok' : 'error', ...toldOf(pulse()) });
    }
    if (read && path === '/metrics') {
      response.writeHead(200, { 'Content-Type': registry.contentType }).end(await registry.metrics());
      return;
    }
    json(response, read ? 404 : 405, { status: 'error', detail: 'there are GET /healthz, /readyz and /metrics' });
  }

  await listening(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${taken}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
