/**
 * The events side composed: the schema registry with the product's schemas, and logs that encode and decode what services
 * say. In virtual time messages are objects, in the live system bytes.
 *
 *   service ──▶ EventLog of `connect` ──(payloads)──▶ Kafka          schemas ──▶ registry
 *               encodes, decodes, sets aside                   (once in the life of a process)
 */
import { eventContracts } from '../contracts/avro/events.ts';
import { deadLetterTopic } from '../contracts/topics.ts';
import type { EngineEnvironment, Gauge } from '../engines/engine.ts';
import {
  createObjectFormat,
  createSchemaRegistry,
  type EmbeddedSchemaRegistry,
  type SchemaRegistryKnobs,
} from '../engines/schema-registry/index.ts';
import { withDefaults } from '../engines/with-defaults.ts';
import { type EventCodec, type EventFormat, MalformedEvent } from '../ports/event-codec.ts';
import type { EventLog, LogRecord, TopicDefinition } from '../ports/event-log.ts';
import { Machine } from '../runtime/kernel/index.ts';
import { DeadLetterCounts } from '../services/events/dead-letters.ts';
import { createEventCodec } from '../services/events/event-codec.ts';
import { createCodedEventLog } from '../services/events/event-log.ts';
import { type EventsKnobs, eventsKnobs } from '../services/events/knobs.ts';
import { createAvroFormat } from '../transport/avro/avro-format.ts';
import { section } from './environment.ts';
import { type FollowsCalls, tracedRegistry } from './traced-ports.ts';

/** What the configuration asks for; null: values travel through the log as they are. */
export function eventsOf(
  environment: EngineEnvironment,
  configuration: Readonly<Record<string, unknown>>,
  topics: readonly TopicDefinition[],
  tracer?: FollowsCalls,
): Events | null {
  const { format } = knobsOf(configuration);
  if (format === 'off') return null;
  return createEvents({
    environment,
    configuration,
    format,
    topics: topics.map(({ name }) => name),
    ...(tracer === undefined ? {} : { tracer }),
  });
}

export interface EventsOptions {
  readonly environment: EngineEnvironment;
  /** Knobs by their full names ('events.maxBytes'); what is not there has its default. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly format: 'objects' | 'avro';
  /** Those that there are; default: all that have a schema. */
  readonly topics?: readonly string[];
  /** Follows what requests ask of the registry. */
  readonly tracer?: FollowsCalls;
}

export interface Events {
  readonly registry: EmbeddedSchemaRegistry;
  readonly knobs: EventsKnobs;
  /** Those that can have dead letters. */
  readonly topics: readonly string[];
  /** The log for services on a machine, over the one that carries payloads: give it to producers and consumers alike. */
  connect(machine: Machine, log: EventLog): EventLog;
  /** Since the start. */
  readonly deadLetters: DeadLetterCounts;
  /** Those of the registry are its own. */
  readonly gauges: readonly Gauge[];
  /** The message of a record, outside time; the record's value where it is none that can be read. */
  messageOf(record: LogRecord): unknown;
}

/**
 * Numbers of the registry's machines, apart from all others: machines are numbered in the order in which they are made, and
 * the numbers key what the network draws. So nobody's draws depend on whether there is a registry.
 */
const FIRST_MACHINE = 60_000;

const TOPICS = eventContracts.map(({ topic }) => topic);

export function createEvents({
  environment,
  configuration,
  format: kind,
  topics = TOPICS,
  tracer,
}: EventsOptions): Events {
  const knobs = knobsOf(configuration);
  const format = kind === 'avro' ? createAvroFormat(knobs) : createObjectFormat(knobs);
  const registry = createRegistry(environment, configuration);
  const deadLetters = new DeadLetterCounts();
  /** Null: the process has crashed since. */
  const codecs = new Map<number, EventCodec | null>();

  /** One codec for everything in a process: what it knows dies with it. */
  function codecOf(machine: Machine): EventCodec {
    const known = codecs.get(machine.id);
    if (known) return known;
    if (known === undefined) machine.onCrash(() => codecs.set(machine.id, null));
    const schemas = registry.connect(machine);
    const codec = createEventCodec({
      format,
      registry: tracer === undefined ? schemas : tracedRegistry(schemas, tracer),
      contracts: eventContracts,
      clock: environment.simulation,
      knobs,
    });
    codecs.set(machine.id, codec);
    return codec;
  }

  return {
    registry,
    knobs,
    topics,
    connect: (machine, log) => createCodedEventLog({ log, codec: codecOf(machine), counts: deadLetters }),
    deadLetters,
    gauges: topics.map((topic) => ({
      name: `${topic} dead letters`,
      unit: 'messages',
      group: 'lag',
      read: () => deadLetters.of(topic),
    })),
    messageOf: inspector(format, registry),
  };
}

/** The same ports, where the log speaks of messages. */
export function codedPorts<Ports extends { readonly kafka: { connect(machine: Machine): EventLog } }>(
  ports: Ports,
  events: Events | null,
): Ports {
  if (events === null) return ports;
  const connect = (machine: Machine) => events.connect(machine, ports.kafka.connect(machine));
  return { ...ports, kafka: { connect } };
}

/** These topics and, where there can be dead letters, theirs after all others. */
export function withDeadLetters(
  topics: readonly TopicDefinition[],
  configuration: Readonly<Record<string, unknown>>,
): readonly TopicDefinition[] {
  if (knobsOf(configuration).format === 'off') return topics;
  return [...topics, ...deadLetterTopics(topics, configuration)];
}

/** Where dead letters of these topics go: to be created beside them, after all others. */
export function deadLetterTopics(
  topics: readonly TopicDefinition[],
  configuration: Readonly<Record<string, unknown>>,
): TopicDefinition[] {
  const { deadLetterPartitions: partitions, deadLetterRetentionMs: retentionMs } = knobsOf(configuration);
  return topics.map(({ name, replicationFactor }) => ({
    name: deadLetterTopic(name),
    partitions,
    replicationFactor,
    retentionMs,
  }));
}

function knobsOf(configuration: Readonly<Record<string, unknown>>): EventsKnobs {
  return withDefaults('events', eventsKnobs, section<Partial<EventsKnobs>>(configuration, 'events'));
}

function createRegistry(
  environment: EngineEnvironment,
  configuration: Readonly<Record<string, unknown>>,
): EmbeddedSchemaRegistry {
  const { simulation, network } = environment;
  let machines = FIRST_MACHINE;
  const apart: EngineEnvironment = {
    simulation,
    network,
    hop: (name) => environment.hop(name),
    createMachine: (name) => new Machine(simulation, machines++, name),
  };
  const knobs = section<Partial<SchemaRegistryKnobs>>(configuration, 'schema-registry');
  const registry = createSchemaRegistry(apart, { knobs });
  for (const { subject, schema } of eventContracts) registry.preload(subject, schema);
  return registry;
}

function inspector(format: EventFormat, registry: EmbeddedSchemaRegistry) {
  const readers = new Map<string, (payload: unknown) => unknown>();
  return ({ topic, value }: LogRecord): unknown => {
    try {
      const id = format.schemaIdOf(value);
      const contract = eventContracts.find((one) => one.topic === topic);
      const schema = registry.schema(id);
      if (contract === undefined || schema === undefined) return value;
      const key = `${topic} ${id}`;
      const reader = readers.get(key) ?? format.createReader(contract, schema);
      readers.set(key, reader);
      return reader(value);
    } catch (error) {
      if (error instanceof MalformedEvent) return value;
      throw error;
    }
  };
}
