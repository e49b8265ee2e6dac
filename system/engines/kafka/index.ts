/** Kafka: what composition roots and scenarios may use of it. */
export type { LogChange } from './durable.ts';
export { createKafka, type EmbeddedKafka, type PartitionInspection } from './embedded.ts';
export { type KafkaKnobs, kafkaKnobs } from './knobs.ts';
export { murmur2, partitionOf } from './murmur2.ts';
