/** Every knob of the system by component, and which of them grow with the population. */
import { cassandraKnobs } from '../engines/cassandra/index.ts';
import { elasticsearchKnobs } from '../engines/elasticsearch/index.ts';
import { kafkaKnobs } from '../engines/kafka/index.ts';
import { redisKnobs } from '../engines/redis/index.ts';
import { schemaRegistryKnobs } from '../engines/schema-registry/index.ts';
import type { Knob, Knobs, KnobValue } from '../ports/knobs.ts';
import { didYouMean } from '../runtime/suggest.ts';
import { catalogueKnobs } from '../services/catalogue/knobs.ts';
import { eventsKnobs } from '../services/events/knobs.ts';
import { gatewayKnobs } from '../services/gateway/knobs.ts';
import { identityKnobs } from '../services/identity/knobs.ts';
import { listeningKnobs } from '../services/listening/knobs.ts';
import { playlistKnobs } from '../services/playlist/knobs.ts';
import { indexerKnobs, reindexKnobs, searchKnobs } from '../services/search/knobs.ts';
import { audioKnobs, SCALED_AUDIO_AMOUNTS, SCALED_AUDIO_KNOBS } from './delivery-knobs.ts';
import { hostKnobs } from './host-knobs.ts';

export const allKnobs: Readonly<Record<string, Knobs>> = {
  gateway: { ...gatewayKnobs, ...hostKnobs(4, 4) },
  identity: identityKnobs,
  catalogue: { ...catalogueKnobs, ...hostKnobs(4, 2) },
  playlist: { ...playlistKnobs, ...hostKnobs(4, 4) },
  listening: { ...listeningKnobs, ...hostKnobs(4, 2) },
  search: { ...searchKnobs, ...hostKnobs(4, 2) },
  indexer: indexerKnobs,
  reindex: reindexKnobs,
  cassandra: cassandraKnobs,
  redis: redisKnobs,
  kafka: kafkaKnobs,
  elasticsearch: elasticsearchKnobs,
  ...audioKnobs,
  'schema-registry': schemaRegistryKnobs,
  events: eventsKnobs,
};

/**
 * Servers that grow with the population, so that demand per server stays: cores of machines, consumers and the
 * partitions that they share. Service times, TTLs, deadlines and partition sizes stay as they are.
 */
export const SCALED_KNOBS: readonly string[] = [
  'gateway.cores',
  'catalogue.cores',
  'playlist.cores',
  'listening.cores',
  'search.cores',
  'cassandra.coresPerNode',
  'kafka.coresPerBroker',
  'elasticsearch.coresPerNode',
  'catalogue.updatePartitions',
  'indexer.consumers',
  ...SCALED_AUDIO_KNOBS,
];

/** What grows with the machines' cores: their disks and heaps, and what other tenants send them. Not rounded. */
export const SCALED_AMOUNTS: readonly string[] = [
  'cassandra.diskMBps',
  'cassandra.pageCacheGB',
  'cassandra.compactionThroughputMBps',
  'cassandra.memtableFlushMB',
  'cassandra.youngGenerationMB',
  'cassandra.gcCopyMBps',
  'cassandra.backgroundWriteBytesPerSecond',
  ...SCALED_AUDIO_AMOUNTS,
];

/** Whether what a scenario states of this knob is multiplied by the factor of the population. */
export const isScaled = (name: string): boolean =>
  SCALED_KNOBS.includes(name) || SCALED_AMOUNTS.includes(name);

/** A setting that cannot be taken, in a sentence for the person who gave it. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly exitCode = 2;
}

/** The knob of this full name ('cassandra.nodes'). */
export function knobOf(name: string): Knob | undefined {
  const dot = name.indexOf('.');
  return allKnobs[name.slice(0, dot)]?.[name.slice(dot + 1)];
}

/** Every knob by its full name, in the order in which components declare them. */
export function knobNames(): string[] {
  return Object.entries(allKnobs).flatMap(([component, knobs]) =>
    Object.keys(knobs).map((name) => `${component}.${name}`),
  );
}

function find(name: string): Knob {
  const knob = knobOf(name);
  if (knob !== undefined) return knob;
  throw new SettingError(
    `There is no knob '${name}'.${didYouMean(name, knobNames())} 'rehearse show <scenario> --knobs' lists all of them.`,
  );
}

/** Turns what the user typed into a value of the knob, or throws `SettingError`. */
export function checkSetting(name: string, text: string): KnobValue {
  const knob = find(name);
  const refuse = (what: string): never => {
    throw new SettingError(`${name}=${text}: ${what}`);
  };
  if (typeof knob.default === 'boolean') {
    if (text !== 'true' && text !== 'false') refuse('it is true or false.');
    return text === 'true';
  }
  if (typeof knob.default === 'string') {
    if (knob.values !== undefined && !knob.values.includes(text))
      refuse(`it is one of ${knob.values.join(', ')}.`);
    return text;
  }
  const unit = knob.unit === '' || knob.unit === '1' ? '' : ` ${knob.unit}`;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) refuse('it must be a number.');
  if (knob.values !== undefined && !knob.values.includes(value))
    refuse(`it is one of ${knob.values.join(', ')}.`);
  if (knob.min !== undefined && value < knob.min) refuse(`it must be at least ${knob.min}${unit}.`);
  if (knob.max !== undefined && value > knob.max) refuse(`it can be at most ${knob.max}${unit}.`);
  if (Number.isInteger(knob.default) && knob.unit === '1' && (knob.min ?? 0) >= 1 && !Number.isInteger(value))
    refuse('it must be a whole number.');
  return value;
}

/** Copies that every Kafka topic has. */
export const TOPIC_REPLICAS = 3;

/** Settings that are each fine and together are none: throws `SettingError`. */
export function checkTogether(configuration: Readonly<Record<string, unknown>>): void {
  const atMost = (less: string, more: string, why: string) => {
    const [wanted, present] = [Number(configuration[less]), Number(configuration[more])];
    if (wanted > present)
      throw new SettingError(`${less}=${wanted} and ${more}=${present} do not go together: ${why}.`);
  };
  atMost('cassandra.replicationFactor', 'cassandra.nodes', 'every copy of a row needs a node of its own');
  const brokers = Number(configuration['kafka.brokers']);
  if (brokers < TOPIC_REPLICAS)
    throw new SettingError(
      `kafka.brokers=${brokers}: every topic has ${TOPIC_REPLICAS} copies, each on a broker of its own, so it must be at least ${TOPIC_REPLICAS}.`,
    );
}
