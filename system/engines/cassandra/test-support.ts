/** A cluster and a client for tests: the real kernel, the real engine, nothing else. */
import type { TableDefinition, WideColumnStore } from '../../ports/wide-column-store.ts';
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  Network,
  ProcessLife,
  RequestTrace,
  SECOND,
  Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import type { BaseLayer } from './base-layer.ts';
import { createCassandra, type EmbeddedCassandra } from './embedded.ts';
import type { CassandraKnobs } from './knobs.ts';

export const followers: TableDefinition = {
  name: 'followers',
  columns: { playlist_id: 'text', user_id: 'int', name: 'text', since: 'timestamp', note: 'text' },
  partitionKey: ['playlist_id'],
  clusteringKey: ['user_id'],
};

export interface TestCluster {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly cassandra: EmbeddedCassandra;
  readonly client: Machine;
  readonly store: WideColumnStore;
  /** A context of a request with a trace that can be read. */
  context(request?: number): CallContext & { readonly trace: RequestTrace };
  readonly hops: readonly string[];
  run(seconds: number): Promise<'until' | 'empty' | 'stopped'>;
}

export function testCluster(
  options: {
    seed?: number;
    tables?: readonly TableDefinition[];
    knobs?: Partial<CassandraKnobs>;
    baseLayer?: BaseLayer;
  } = {},
): TestCluster {
  const simulation = new Simulation({ seed: options.seed ?? 1 });
  const network = new Network(simulation);
  const hops: string[] = [];
  let machines = 0;
  const environment: EngineEnvironment = {
    simulation,
    network,
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop: (name) => (hops.includes(name) ? hops.indexOf(name) : hops.push(name) - 1),
  };
  const cassandra = createCassandra(environment, {
    tables: options.tables ?? [followers],
    ...(options.knobs === undefined ? {} : { knobs: options.knobs }),
    ...(options.baseLayer === undefined ? {} : { baseLayer: options.baseLayer }),
  });
  const client = environment.createMachine('client');
  const life = new ProcessLife('client');
  let requests = 0;
  return {
    simulation,
    network,
    cassandra,
    client,
    store: cassandra.connect(client),
    hops,
    context: (request = ++requests) =>
      new CallContext(request, life, new RequestTrace(new Array(16).fill(0))) as unknown as ReturnType<
        TestCluster['context']
      >,
    run: (seconds) => drive(simulation, { untilNs: simulation.nowNs + seconds * SECOND, drain: 'tick' }),
  };
}

/** A base layer of one wide partition: `rows` followers of 'hot', with even user ids. */
export function hotPartition(rows: number, bytesPerRow: number): BaseLayer {
  return {
    partition: (_table, partition) => (partition[0] === 'hot' ? { rows, bytes: rows * bytesPerRow } : null),
    row: (_table, _partition, index) => ({
      playlist_id: 'hot',
      user_id: index * 2,
      name: 'a follower from long ago',
      since: 0,
      note: null,
    }),
    find: (_table, _partition, [user]) => {
      const index = Number(user) / 2;
      return Number.isInteger(index) && index >= 0 && index < rows ? index : -1;
    },
  };
}

/** Lets an asynchronous story unfold in virtual time, at most so many seconds of it. */
export async function during<T>(cluster: TestCluster, seconds: number, story: () => Promise<T>): Promise<T> {
  const told = story();
  // A story that fails early must not count as an unhandled rejection while time still runs.
  told.catch(() => {});
  await cluster.run(seconds);
  return told;
}

export function pause(cluster: TestCluster, seconds: number): Promise<void> {
  return cluster.simulation.sleep(cluster.context(), seconds * SECOND);
}
