import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A way to a server on this machine. Cut, it is for whoever uses it as if the server were stopped; frozen, as if it hung: it is
 * connected to and says nothing.
 */
export class CuttableWire {
  private readonly sockets = new Set<Socket>();
  private listener: Server | undefined;
  private taken = 0;
  private frozen = false;
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  constructor(private readonly to: number) {}

  get port(): number {
    return this.taken;
  }

  async mend(): Promise<void> {
    const listener = createServer((near) => {
      const far = connect(this.to, '127.0.0.1');
      const pair = [near, far] as const;
      this.pairs.add(pair);
      near.on('close', () => this.pairs.delete(pair));
      if (!this.frozen) join(pair);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.taken, '127.0.0.1', resolve);
    });
    this.taken = (listener.address() as AddressInfo).port;
    this.listener = listener;
  }

  freeze(): void {
    this.frozen = true;
    for (const [near, far] of this.pairs) {
      near.unpipe(far);
      far.unpipe(near);
    }
  }

  thaw(): void {
    this.frozen = false;
    for (const pair of this.pairs) join(pair);
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.listener ? this.listener.close(() => resolve()) : resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    this.listener = undefined;
  }
}

function join([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}
