/** The two formats of messages, and how a message of each is damaged: one body of tests holds them both. */

import { eventContracts } from '../../contracts/avro/events.ts';
import type { Play } from '../../contracts/generated/events.ts';
import { PLAYS } from '../../contracts/topics.ts';
import type { SchemaRegistryKnobs } from '../../engines/schema-registry/index.ts';
import {
  createObjectFormat,
  createSchemaRegistry,
  ObjectPayload,
} from '../../engines/schema-registry/index.ts';
import type { EventContract, EventFormat } from '../../ports/event-codec.ts';
import type { Machine } from '../../runtime/kernel/index.ts';
import { createAvroFormat } from '../../transport/avro/avro-format.ts';
import type { TestBench } from '../test-bench.ts';
import { knobsOf } from '../test-support.ts';
import { createEventCodec } from './event-codec.ts';
import { type EventsKnobs, eventsKnobs } from './knobs.ts';

export type Damage = 'bad-magic' | 'unknown-schema' | 'truncated' | 'trailing-bytes' | 'wrong-type';
export const DAMAGES: readonly Damage[] = [
  'bad-magic',
  'unknown-schema',
  'truncated',
  'trailing-bytes',
  'wrong-type',
];
export const UNKNOWN_ID = 4_711;

export interface FormatUnderTest {
  readonly name: string;
  readonly create: (options: { maxBytes: number }) => EventFormat;
  /** A play that was encoded, with this wrong about it. */
  readonly damage: (payload: unknown, what: Damage) => unknown;
}

const avro: FormatUnderTest = {
  name: 'Avro',
  create: createAvroFormat,
  damage(payload, what) {
    const bytes = Buffer.from(payload as Uint8Array);
    switch (what) {
      case 'bad-magic':
        bytes[0] = 1;
        return bytes;
      case 'unknown-schema':
        bytes.writeUInt32BE(UNKNOWN_ID, 1);
        return bytes;
      case 'truncated':
        return bytes.subarray(0, -1);
      case 'trailing-bytes':
        return Buffer.concat([bytes, Buffer.alloc(1)]);
      case 'wrong-type':
        // The last byte of a play is whether it was skipped.
        bytes[bytes.length - 1] = 7;
        return bytes;
    }
  },
};

const objects: FormatUnderTest = {
  name: 'objects',
  create: createObjectFormat,
  damage(payload, what) {
    const { schemaId, message, bytes } = payload as ObjectPayload;
    switch (what) {
      case 'bad-magic':
        return message;
      case 'unknown-schema':
        return new ObjectPayload(UNKNOWN_ID, message, bytes);
      case 'truncated':
        return new ObjectPayload(schemaId, message, bytes - 1);
      case 'trailing-bytes':
        return new ObjectPayload(schemaId, message, bytes + 1);
      case 'wrong-type':
        return new ObjectPayload(schemaId, { ...(message as Play), skipped: 7 }, bytes);
    }
  },
};

export const formatsUnderTest: readonly FormatUnderTest[] = [objects, avro];

export const contractOf = (topic: string): EventContract =>
  eventContracts.find((contract) => contract.topic === topic)!;

export const playOf = (playId: number): Play => ({
  playId,
  listenerId: `listener-${playId % 7}`,
  trackId: `track-${playId}`,
  playedAtNs: 1_000 * playId,
  listenedMs: 30_000,
  skipped: playId % 2 === 0,
});

/** Codecs of processes that share a registry. */
export function createCodecs(
  bench: TestBench,
  format: FormatUnderTest,
  options: { registry?: Partial<SchemaRegistryKnobs>; events?: Partial<EventsKnobs> } = {},
) {
  const registry = createSchemaRegistry(bench.environment, { knobs: options.registry ?? {} });
  const knobs = knobsOf(eventsKnobs, options.events);
  return {
    registry,
    requests: () => registry.nodes.reduce((sum, node) => sum + node.requests(), 0),
    codecFor: (machine: Machine, contracts: readonly EventContract[] = eventContracts) =>
      createEventCodec({
        format: format.create(knobs),
        registry: registry.connect(machine),
        contracts,
        clock: bench.simulation,
        knobs,
      }),
  };
}

/** Plays as another version of the system knows them. */
export function playsWith(
  fields: readonly unknown[],
  sizeOf: EventContract['sizeOf'],
  name = 'Play',
): EventContract {
  const schema = { type: 'record', name, namespace: 'rehearsal.events', fields };
  return { topic: PLAYS, subject: `${PLAYS}-value`, schema, sizeOf };
}
