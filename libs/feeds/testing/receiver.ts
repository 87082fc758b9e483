import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudEvent } from '..';

/** What a receiver got: only what was signed with his secret and lately. */
export interface Received {
  messageId: string;
  event: CloudEvent;
}

type Answer = (event: CloudEvent, response: ServerResponse) => boolean;

/** A real receiver of webhooks on this machine, which checks signatures as docs/feeds.md shows. */
export interface Receiver {
  url: string;
  secret: string;
  received: Received[];
  /** How many requests came whose signature was wrong. */
  refused: number;
  requests: number;
  /** Answers instead of 200, for as long as it says that it did. */
  answer: Answer;
  /** Resolves once so many were taken. */
  taken(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', port = 0): Promise<Receiver> {
  let wake: () => void = () => undefined;
  const server = createServer((request, response) => {
    receiver.requests++;
    void read(request).then((body) => {
      if (!isSigned(request, body, receiver.secret)) {
        receiver.refused++;
        response.writeHead(401).end();
        return;
      }
      const event = JSON.parse(body) as CloudEvent;
      if (receiver.answer(event, response)) return;
      if (event.type.endsWith('webhook.verification.v1')) {
        response.end((event.data as { challenge: string }).challenge);
        return;
      }
      receiver.received.push({ messageId: String(request.headers['webhook-id']), event });
      response.end();
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    secret,
    received: [],
    refused: 0,
    requests: 0,
    answer: () => false,
    taken: async (count) => {
      while (receiver.received.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

function isSigned({ headers }: IncomingMessage, body: string, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const wanted = createHmac('sha256', key)
    .update(`${String(id)}.${String(timestamp)}.${body}`)
    .digest();
  return String(signatures)
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.slice('v1,'.length), 'base64');
      return signature.startsWith('v1,') && given.length === wanted.length && timingSafeEqual(given, wanted);
    });
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
