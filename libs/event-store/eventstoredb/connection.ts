import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { within } from './failures';

const disposeMs = 2_000;

type AppendCall = ReturnType<StreamsClient['batchAppend']>;
type CallArguments = Parameters<StreamsClient['batchAppend']>;

/** What the client keeps protected and the append path needs: its channel with leader discovery and credentials. */
interface ClientInternals {
  GRPCStreamCreator(
    service: typeof StreamsClient,
    name: string,
    open: (grpc: StreamsClient) => AppendCall,
  ): () => Promise<AppendCall>;
  callArguments(options: { requiresLeader: boolean }, callOptions: { deadline: number }): CallArguments;
  handleError(client: unknown, error: Error): Promise<void>;
  getChannel(): Promise<{ close(): void }>;
}

export type { AppendCall };

/** One client and its channel to the server or cluster. */
export class Connection {
  readonly client: EventStoreDBClient;
  private readonly internals: ClientInternals;
  private readonly channels = new Set<{ close(): void }>();

  constructor(connectionString: string) {
    this.client = EventStoreDBClient.connectionString(withSwiftKeepAlive(connectionString));
    this.internals = this.client as unknown as ClientInternals;

    // Left alone, the client's own recovery can fail while it waits for a new channel, and that rejection would end the process.
    const recover = this.internals.handleError;
    this.internals.handleError = (client, error) => recover(client, error).catch(() => undefined);

    // The client closes no channel when it is disposed of, and an open one keeps the process alive.
    const getChannel = this.internals.getChannel;
    this.internals.getChannel = async () => {
      const channel = await getChannel();
      this.channels.add(channel);
      return channel;
    };
  }

  /** Opens a stream that carries appends to the leader; `attend` gets it before anything can happen to it. */
  async appendCall<T>(attend: (call: AppendCall) => T): Promise<T> {
    let attended: T | undefined;
    const open = (grpc: StreamsClient) => {
      const options = this.internals.callArguments({ requiresLeader: true }, { deadline: Infinity });
      const call = grpc.batchAppend(...options);
      attended = attend(call);
      return call;
    };
    await this.internals.GRPCStreamCreator(StreamsClient, 'append', open)();
    return attended!;
  }

  async close(): Promise<void> {
    await within(disposeMs, 'closing the connection', this.client.dispose()).catch(() => undefined);
    for (const channel of this.channels) channel.close();
  }
}

/** A dead connection is noticed after ten seconds of silence and five without an answer, unless the settings say otherwise. */
function withSwiftKeepAlive(connectionString: string): string {
  if (/[?&]keep[_-]?alive[_-]?timeout=/i.test(connectionString)) return connectionString;
  return `${connectionString}${connectionString.includes('?') ? '&' : '?'}keepAliveTimeout=5000`;
}
