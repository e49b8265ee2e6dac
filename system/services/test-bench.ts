/** What the tests of services stand on: the real kernel and the real embedded engines, each made when it is asked for. */

import { type CassandraOptions, createCassandra } from '../engines/cassandra/index.ts';
import { createElasticsearch } from '../engines/elasticsearch/index.ts';
import type { EngineEnvironment } from '../engines/engine.ts';
import { createKafka, type KafkaKnobs } from '../engines/kafka/index.ts';
import { createRedis, type RedisKnobs } from '../engines/redis/index.ts';
import type { Context } from '../ports/context.ts';
import type { TopicDefinition } from '../ports/event-log.ts';
import type { IndexDefinition } from '../ports/search-index.ts';
import { drive } from '../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  ProcessLife,
  RequestTrace,
  SECOND,
  Simulation,
} from '../runtime/kernel/index.ts';

export function createTestBench(seed = 1) {
  const simulation = new Simulation({ seed });
  const network = new Network(simulation);
  const hops: string[] = [];
  const engines: { stop(): void }[] = [];
  let machines = 0;
  let requests = 0;
  const environment: EngineEnvironment = {
    simulation,
    network,
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop: (name) => (hops.includes(name) ? hops.indexOf(name) : hops.push(name) - 1),
  };
  const keep = <Engine extends { stop(): void }>(engine: Engine): Engine => {
    engines.push(engine);
    return engine;
  };
  const context = (life = new ProcessLife('caller'), deadlineNs?: number): CallContext =>
    new CallContext(++requests, life, new RequestTrace(new Array(64).fill(0)), deadlineNs);

  return {
    simulation,
    environment,
    context,
    machine: environment.createMachine,
    /** Cuts a machine off from all others, or heals that. */
    cutOff(machine: Machine, cut: boolean) {
      for (let other = 0; other < machines; other++) {
        network.setFault(other, machine.id, cut ? { partitioned: true } : null);
        network.setFault(machine.id, other, cut ? { partitioned: true } : null);
      }
    },
    /** Makes the way to other machines longer. */
    slowDown(from: Machine, to: readonly Machine[], ms: number) {
      for (const machine of to) network.setFault(from.id, machine.id, { extraLatencyNs: ms * MILLISECOND });
    },
    cassandra: (options: CassandraOptions) => keep(createCassandra(environment, options)),
    kafka: (topics: readonly TopicDefinition[], knobs: Partial<KafkaKnobs> = {}) =>
      keep(createKafka(environment, { topics, knobs })),
    elasticsearch: (indices: readonly IndexDefinition[]) =>
      keep(createElasticsearch(environment, { indices })),
    redis: (knobs: Partial<RedisKnobs> = {}) => keep(createRedis(environment, { knobs })),
    background: (work: (context: Context) => Promise<void>) => void work(context()),
    /** Runs everything until this many seconds from now. */
    run: (seconds: number) => drive(simulation, { untilNs: simulation.nowNs + seconds * SECOND }),
    /** Runs until `work` is done: at most a minute of virtual time, in steps of 10 ms. */
    async finish<T>(work: Promise<T>): Promise<T> {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      for (let step = 0; step < 6_000 && !done; step++) await this.run(0.01);
      if (!done) throw new Error('The work did not end within a minute of virtual time.');
      return work;
    },
    stop() {
      for (const engine of engines) engine.stop();
    },
  };
}

export type TestBench = ReturnType<typeof createTestBench>;

export const topic = (name: string, partitions: number): TopicDefinition => ({
  name,
  partitions,
  replicationFactor: 3,
});
