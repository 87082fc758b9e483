import { connect, type Socket } from 'node:net';

/** One request as it goes over the wire. */
export interface Shot {
  method: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** What became of many requests. */
export interface Volley {
  /** Requests a second. */
  rate: number;
  /** Milliseconds within which half, 95 and 99 of a hundred were answered. */
  p50: number;
  p95: number;
  p99: number;
  /** By status. */
  statuses: Record<number, number>;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Sends `count` requests over `connections` that are kept, on each the next when the one before is answered. Reads replies by hand,
 * so that it takes less of the machine than the server that it measures. Rejects where the server closes a connection.
 */
export async function fire(
  { port, token }: { port: number; token: string },
  { count, connections, shot }: { count: number; connections: number; shot: (index: number) => Shot },
): Promise<Volley> {
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  let next = 0;
  const start = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const line = await Line.to(port);
      try {
        while (next < count) {
          const request = textOf(shot(next++), token);
          const before = process.hrtime.bigint();
          const status = await line.ask(request);
          times.push(Number(process.hrtime.bigint() - before) / 1e6);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      } finally {
        line.end();
      }
    }),
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  times.sort((a, b) => a - b);
  const within = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { rate: count / seconds, p50: within(0.5), p95: within(0.95), p99: within(0.99), statuses };
}

function textOf({ method, path, headers = {}, body }: Shot, token: string): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: bench', `Authorization: Bearer ${token}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** A connection on which one request is under way at a time. */
class Line {
  private received: Buffer[] = [];
  private size = 0;
  private wanted: number | undefined;
  private status = 0;
  private settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (piece) => this.take(piece as Buffer));
    socket.on('error', (error) => this.settle?.reject(error));
    socket.on('close', () => this.settle?.reject(new Error('the server closed the connection')));
  }

  static async to(port: number): Promise<Line> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return new Line(socket);
  }

  ask(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  end(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    this.received.push(piece);
    this.size += piece.length;
    if (this.wanted === undefined) {
      const all = this.received.length === 1 ? piece : Buffer.concat(this.received);
      const end = all.indexOf(HEAD_END);
      if (end < 0) return;
      const head = all.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) {
        this.settle?.reject(new Error(`a reply without a length: ${head.slice(0, 200)}`));
        return;
      }
      this.status = Number(head.slice(9, 12));
      this.wanted = end + HEAD_END.length + Number(length);
    }
    if (this.size < this.wanted) return;
    this.received = [];
    this.size = 0;
    this.wanted = undefined;
    this.settle?.resolve(this.status);
  }
}
