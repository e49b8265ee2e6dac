/** What the tests of this folder share: a cluster on a real simulation, and processes that talk to it. */
import type { ConsumerOptions, EventConsumer, LogRecord, TopicDefinition } from '../../ports/event-log.ts';
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  RequestTrace,
  Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { createKafka } from './embedded.ts';
import type { KafkaKnobs } from './knobs.ts';

export const PLAYS: TopicDefinition = { name: 'plays', partitions: 6, replicationFactor: 3 };

/** A consumer of the plays: 500 records a poll, from the beginning. */
export const consumerOf = (group = 'indexer'): ConsumerOptions => ({
  group,
  topics: ['plays'],
  maxPollRecords: 500,
  startFrom: 'earliest',
});

export function createBench(
  options: { seed?: number; topics?: readonly TopicDefinition[]; knobs?: Partial<KafkaKnobs> } = {},
) {
  const simulation = new Simulation({ seed: options.seed ?? 1 });
  const hops: string[] = [];
  let machines = 0;
  const environment: EngineEnvironment = {
    simulation,
    network: new Network(simulation),
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop(name) {
      const known = hops.indexOf(name);
      return known >= 0 ? known : hops.push(name) - 1;
    },
  };
  const kafka = createKafka(environment, {
    topics: options.topics ?? [PLAYS],
    knobs: { rebalanceMs: 100, ...options.knobs },
  });
  let requests = 0;
  return {
    simulation,
    kafka,
    network: environment.network,
    hops,
    machine: (name: string) => environment.createMachine(name),
    context(machine: Machine, deadlineNs?: number) {
      return new CallContext(requests++, machine.life, new RequestTrace(hops.map(() => 0)), deadlineNs);
    },
    at(ms: number, action: () => void) {
      const delayNs = ms * MILLISECOND - simulation.nowNs;
      simulation.schedule(delayNs, simulation.registerEntry(action));
    },
    run: (untilMs: number) => drive(simulation, { untilNs: untilMs * MILLISECOND }),
    ms: () => simulation.nowNs / MILLISECOND,
  };
}

export type Bench = ReturnType<typeof createBench>;

/** Polls, hands the records on, takes `workMs` a record, commits; goes on for as long as its process lives. */
export async function consume(
  bench: Bench,
  machine: Machine,
  consumer: EventConsumer,
  seen: (records: readonly LogRecord[]) => void,
  workMs = 0,
): Promise<void> {
  const { life } = machine;
  const context = () => new CallContext(0, life);
  while (life.alive) {
    const records = await consumer.poll(context(), 500);
    seen(records);
    if (records.length > 0 && workMs > 0)
      await bench.simulation.sleep(context(), records.length * workMs * MILLISECOND);
    await consumer.commit(context()).catch(() => {});
  }
}
