import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { AddressRefused, hostOf, type AddressGuard } from './addresses';

/** What became of one attempt. Nothing of what the receiver wrote is kept but the beginning of it, which only a verification reads. */
export type Reply =
  | { outcome: 'answered'; status: number; retryAfterSeconds?: number; beginning: string }
  | { outcome: 'failed'; reason: 'timeout' | 'connection' | 'tls' | 'address refused' | 'stopped' };

export interface PosterOptions {
  guard: AddressGuard;
  /** Until the reply's status must be there. */
  timeoutMs: number;
}

const BEGINNING_BYTES = 4_096;
/** How long the beginning of a reply is waited for; its status counts already. */
const BEGINNING_MS = 2_000;
const SOCKETS_A_HOST = 16;

/** Posts messages to receivers: no redirect is followed, no address that the guard refuses is reached. */
export class Poster {
  private readonly http = new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_A_HOST });
  private readonly https = new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_A_HOST });

  constructor(private readonly options: PosterOptions) {}

  post(address: string, headers: Readonly<Record<string, string>>, body: string, signal?: AbortSignal): Promise<Reply> {
    const { guard, timeoutMs } = this.options;
    if (guard.faultOf(address) !== undefined) return Promise.resolve({ outcome: 'failed', reason: 'address refused' });
    const url = new URL(address);
    const secure = url.protocol === 'https:';
    const bytes = Buffer.from(body);

    return new Promise((resolve) => {
      let settled = false;
      const settle = (reply: Reply) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        resolve(reply);
      };
      const sent = (secure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: secure ? this.https : this.http,
        ...(isIP(hostOf(url)) === 0 ? { lookup: guard.lookup } : {}),
        headers: {
          ...headers,
          'Content-Type': 'application/cloudevents+json; charset=utf-8',
          'Content-Length': bytes.length,
          'User-Agent': 'enrollment-ledger',
        },
      });
      const fail = (reason: Extract<Reply, { outcome: 'failed' }>['reason']) => {
        settle({ outcome: 'failed', reason });
        sent.destroy();
      };
      const timer = setTimeout(() => fail('timeout'), timeoutMs);
      const stop = () => fail('stopped');
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      sent.on('error', (error) => fail(reasonOf(error)));
      sent.on('response', (response) => {
        clearTimeout(timer);
        void beginningOf(response).then((beginning) => {
          const retryAfterSeconds = secondsOf(response.headers['retry-after']);
          settle({
            outcome: 'answered',
            status: response.statusCode ?? 0,
            beginning,
            ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
          });
        });
      });
      sent.end(bytes);
    });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/** The first bytes of a reply; a longer one is cut off together with its connection. */
function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).subarray(0, BEGINNING_BYTES).toString('utf8'));
    };
    const cut = () => {
      end();
      response.destroy();
    };
    const timer = setTimeout(cut, BEGINNING_MS);
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BEGINNING_BYTES) cut();
    });
    response.on('end', end);
    response.on('close', end);
    response.on('error', end);
  });
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

function reasonOf(error: Error & { code?: string }): 'connection' | 'tls' | 'address refused' {
  if (error instanceof AddressRefused) return 'address refused';
  return /TLS|SSL|CERT|ALTNAME/.test(`${error.code ?? ''}`) ? 'tls' : 'connection';
}
