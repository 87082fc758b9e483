/**
 * A test node: EventStoreDB's gRPC services over the embedded store, on the loopback interface, with faults on demand. It exists to
 * run the real client against real connections where no server can run, and to demonstrate; it keeps its whole log in memory, knows
 * no quorum, no scavenging, no projections and no persistent subscriptions, and is never a database for production.
 */
export { FaultsInTurn, type Fault, type FaultPlan, type FaultPoint } from './faults';
export { startTestCluster, type TestCluster, type TestClusterOptions, type TestNode } from './test-node';
