import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be cut: then it is for whoever uses it as if the server were stopped. */
export class CuttableWire {
  private readonly sockets = new Set<Socket>();
  private listener: Server | undefined;
  private taken = 0;

  constructor(private readonly to: number) {}

  get port(): number {
    return this.taken;
  }

  async mend(): Promise<void> {
    const listener = createServer((near) => {
      const far = connect(this.to, '127.0.0.1');
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
        socket.pipe(other);
      }
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.taken, '127.0.0.1', resolve);
    });
    this.taken = (listener.address() as AddressInfo).port;
    this.listener = listener;
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.listener ? this.listener.close(() => resolve()) : resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    this.listener = undefined;
  }
}
