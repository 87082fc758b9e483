import { GossipService, type IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import {
  ServerFeaturesService,
  type IServerFeaturesServer,
} from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { UUID } from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { Server, ServerCredentials, type Metadata, type ServiceDefinition } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../embedded';
import { appendService } from './append-service';
import { selfSigned, type SelfSigned } from './certificate';
import type { FaultPlan, FaultPoint } from './faults';
import type { NodeHost } from './node-host';
import { NodeLog } from './node-log';
import { serveRead, type ReadCall } from './read-service';

const loopback = '127.0.0.1';
const largestMessage = 20 * 1024 * 1024;
const version = '24.10.4';

export interface TestClusterOptions {
  /** How many nodes share the log; 1 by default. The first one leads. */
  nodes?: number;
  tls?: boolean;
  /** When given, only these may come in. Needs TLS, because the client sends no password without. */
  users?: Record<string, string>;
  faults?: FaultPlan;
}

/** Starts nodes on free ports of the loopback interface, over a log in a folder of their own. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'test-node-'));
  const certificate = options.tls === true ? selfSigned() : undefined;
  if (certificate !== undefined) writeFileSync(join(folder, 'ca.crt'), certificate.certificate);
  const store = openEmbeddedStore({ file: join(folder, 'log.db'), limitBytes: largestMessage });
  const cluster = new TestCluster(folder, await NodeLog.open(store), options, certificate);
  for (let number = 0; number < (options.nodes ?? 1); number++) await cluster.addNode();
  return cluster;
}

export class TestCluster {
  readonly nodes: TestNode[] = [];
  leader = 0;
  faults: FaultPlan | undefined;

  constructor(
    private readonly folder: string,
    readonly log: NodeLog,
    private readonly options: TestClusterOptions,
    private readonly certificate: SelfSigned | undefined,
  ) {
    this.faults = options.faults;
  }

  /** What clients know the nodes by: TLS wants a name. */
  get host(): string {
    return this.certificate === undefined ? loopback : 'localhost';
  }

  async addNode(): Promise<TestNode> {
    const node = new TestNode(this, this.log, this.nodes.length, this.certificate, this.options.users);
    this.nodes.push(node);
    await node.start();
    return node;
  }

  /** The leader stays while it lives; then the first node alive follows it. */
  elect(): void {
    if (this.nodes[this.leader]?.alive) return;
    const next = this.nodes.findIndex(({ alive }) => alive);
    if (next !== -1) this.leader = next;
  }

  /** The address for `openEventStoreDb`: of one node, or of all as seeds for discovery. */
  connectionString(user?: { name: string; password: string }): string {
    const credentials = user === undefined ? '' : `${user.name}:${user.password}@`;
    const seeds = this.nodes.map(({ port }) => `${this.host}:${port}`).join(',');
    const tls = this.certificate === undefined ? 'tls=false' : `tls=true&tlsCAFile=${join(this.folder, 'ca.crt')}`;
    return `esdb://${credentials}${seeds}?${tls}`;
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) node.stop();
    await this.log.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** One node: a gRPC server whose connections can be cut and whose life can be ended. */
export class TestNode implements NodeHost {
  port = 0;
  life = 0;
  alive = false;
  private stopped = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private listener: Listener | undefined;
  private frozenUntil = 0;
  private reviving: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: TestCluster,
    readonly log: NodeLog,
    private readonly number: number,
    private readonly certificate: SelfSigned | undefined,
    private readonly users: Record<string, string> | undefined,
  ) {
    this.server = new Server({
      'grpc.max_receive_message_length': largestMessage,
      'grpc.max_send_message_length': largestMessage,
    });
    this.server.addService(streamsOverBytes, {
      ...appendService(this),
      read: (call: ReadCall) => void serveRead(this, call),
    });
    this.server.addService(ServerFeaturesService, { getSupportedMethods });
    this.server.addService(GossipService, { read: this.gossip });
  }

  async start(): Promise<void> {
    const injector = this.server.createConnectionInjector(credentials(this.certificate));
    const listener = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.setNoDelay(true);
      injector.injectConnection(socket);
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.port, loopback, resolve);
    });
    this.listener = listener;
    this.port = (listener.address() as AddressInfo).port;
    this.alive = true;
    this.cluster.elect();
  }

  /** Cuts every connection; new ones are taken. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends this life: connections are cut, new ones refused, and unfinished work is forgotten. */
  kill(reviveAfterMs?: number): void {
    this.life += 1;
    this.alive = false;
    this.cluster.elect();
    this.listener?.close();
    this.drop();
    if (reviveAfterMs !== undefined) this.reviving = setTimeout(() => void this.revive(), reviveAfterMs);
  }

  async revive(): Promise<void> {
    if (this.alive || this.stopped) return;
    this.alive = true;
    await this.start();
  }

  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, performance.now() + ms);
  }

  async thawed(): Promise<void> {
    for (let left = this.frozenFor(); left > 0; left = this.frozenFor()) {
      await new Promise((resolve) => setTimeout(resolve, left));
    }
  }

  private frozenFor(): number {
    return this.frozenUntil - performance.now();
  }

  get mayFail(): boolean {
    return this.cluster.faults !== undefined || this.frozenFor() > 0;
  }

  ask(point: FaultPoint) {
    return this.cluster.faults?.(point);
  }

  authorised(headers: Metadata): boolean {
    if (this.users === undefined) return true;
    const given = String(headers.get('authorization')[0] ?? '').replace(/^Basic /, '');
    const [name, password] = Buffer.from(given, 'base64').toString().split(':');
    return name !== undefined && password !== undefined && this.users[name] === password;
  }

  leaderElsewhere(): { host: string; port: number } | undefined {
    if (this.cluster.leader === this.number) return undefined;
    return { host: this.cluster.host, port: this.cluster.nodes[this.cluster.leader]!.port };
  }

  members() {
    const { nodes, leader, host } = this.cluster;
    return nodes.map((node, number) => ({ host, port: node.port, alive: node.alive, leader: number === leader }));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.reviving);
    this.kill();
    this.server.forceShutdown();
  }

  private readonly gossip: IGossipServer['read'] = (_, respond) => {
    const { LEADER, FOLLOWER } = MemberInfo.VNodeState;
    const members = this.members().map(({ host, port, alive, leader }) =>
      new MemberInfo()
        .setInstanceId(new UUID().setString(randomUUID()))
        .setTimeStamp(String(Date.now()))
        .setIsAlive(alive)
        .setState(leader ? LEADER : FOLLOWER)
        .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port)),
    );
    respond(null, new ClusterInfo().setMembersList(members));
  };
}

/** Reads answer with bytes that are ready: encoding each event anew for every reader is most of a node's work. */
const streamsOverBytes = {
  ...StreamsService,
  read: { ...StreamsService.read, responseSerialize: (bytes: Buffer) => bytes },
} as unknown as ServiceDefinition;

function credentials(certificate: SelfSigned | undefined): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.certificate) };
  return ServerCredentials.createSsl(null, [pair]);
}

const getSupportedMethods: IServerFeaturesServer['getSupportedMethods'] = (_, respond) => respond(null, features());

function features(): SupportedMethods {
  const service = 'event_store.client.streams.streams';
  const offered: [method: string, features: string[]][] = [
    ['read', ['position', 'events']],
    ['append', []],
    ['batchappend', ['deadline_duration']],
    ['delete', []],
    ['tombstone', []],
  ];
  const methods = offered.map(([method, list]) =>
    new SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(list),
  );
  return new SupportedMethods().setEventStoreServerVersion(version).setMethodsList(methods);
}
