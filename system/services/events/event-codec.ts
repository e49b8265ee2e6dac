/**
 * Which schema messages are written and read with: a producer's is registered (or looked up) once in the life of its
 * process, a writer's is asked for once by the id that its messages carry. After that nothing waits for the registry.
 */
import type { Clock } from '../../ports/clock.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type EncodedEvent,
  type EventCodec,
  type EventContract,
  type EventFormat,
  MalformedEvent,
  type MalformedReason,
} from '../../ports/event-codec.ts';
import type { SchemaRegistry } from '../../ports/schema-registry.ts';
import type { EventsKnobs } from './knobs.ts';

export interface EventCodecDependencies {
  readonly format: EventFormat;
  readonly registry: Pick<SchemaRegistry, 'register' | 'lookUp' | 'schemaById'>;
  readonly contracts: readonly EventContract[];
  readonly clock: Clock;
  readonly knobs: Pick<EventsKnobs, 'autoRegister' | 'refusalMs'>;
}

type Reader = (payload: unknown) => unknown;

interface Refusal {
  readonly reason: MalformedReason;
  readonly detail: string;
  /** How long it is remembered, and until when. */
  readonly forNs: number;
  readonly untilNs: number;
}

interface Topic {
  readonly contract: EventContract;
  /** 0: not known yet. */
  schemaId: number;
  /** By the id of the writer's schema. */
  readonly readers: Map<number, Reader>;
  readonly refusals: Map<number, Refusal>;
}

/** Ids that could not be read are remembered up to this number: made-up ones must not fill the memory. */
const MOST_REFUSALS = 1_000;
/** estimate: twice as long as a node of the registry is behind another one (`schema-registry.followerLagMs`). */
const FIRST_REFUSAL_NS = 100 * MILLISECOND;

export function createEventCodec(dependencies: EventCodecDependencies): EventCodec {
  const { format, registry, contracts, clock, knobs } = dependencies;
  const topics = new Map(contracts.map((contract) => [contract.topic, topicOf(contract)]));

  function find(operation: string, topic: string): Topic {
    const known = topics.get(topic);
    if (known !== undefined) return known;
    throw new PortError('invalid', operation, true, `the topic '${topic}' has no schema`);
  }

  async function introduce(context: Context, topic: Topic, message: unknown): Promise<EncodedEvent> {
    const { subject, schema } = topic.contract;
    const { id } = knobs.autoRegister
      ? await registry.register(context, subject, schema)
      : await registry.lookUp(context, subject, schema);
    topic.schemaId = id;
    return format.write(topic.contract, id, message);
  }

  async function meet(context: Context, topic: Topic, id: number, payload: unknown): Promise<unknown> {
    const known = topic.refusals.get(id);
    if (known !== undefined && clock.now() < known.untilNs)
      throw new MalformedEvent(known.reason, id, known.detail);
    try {
      const schema = await registry.schemaById(context, id);
      topic.readers.set(id, format.createReader(topic.contract, schema));
    } catch (error) {
      throw refuse(topic, id, error);
    }
    return topic.readers.get(id)!(payload);
  }

  /**
   * What no waiting mends is remembered for a while; other errors pass as they are. An id that is not known may be too new for
   * the node that was asked: it is asked for again soon, and each time after twice as long.
   */
  function refuse(topic: Topic, id: number, error: unknown): unknown {
    const { refusals } = topic;
    const longestNs = knobs.refusalMs * MILLISECOND;
    let [reason, detail]: [MalformedReason, string] = [
      'unknown-schema',
      `nobody has registered schema ${id}`,
    ];
    let forNs = longestNs;
    if (error instanceof MalformedEvent) [reason, detail] = [error.reason, error.detail];
    else if (!(error instanceof PortError) || error.kind !== 'not-found') return error;
    else forNs = Math.min(longestNs, 2 * (refusals.get(id)?.forNs ?? FIRST_REFUSAL_NS / 2));
    refusals.delete(id);
    if (refusals.size >= MOST_REFUSALS) refusals.delete(refusals.keys().next().value!);
    refusals.set(id, { reason, detail, forNs, untilNs: clock.now() + forNs });
    return new MalformedEvent(reason, id, detail);
  }

  return {
    encode(context, topic, message) {
      try {
        const known = find('events.encode', topic);
        if (known.schemaId === 0) return introduce(context, known, message);
        return format.write(known.contract, known.schemaId, message);
      } catch (error) {
        return Promise.reject(error);
      }
    },

    decode(context, topic, payload) {
      try {
        const known = find('events.decode', topic);
        const id = format.schemaIdOf(payload);
        const read = known.readers.get(id);
        return read === undefined ? meet(context, known, id, payload) : read(payload);
      } catch (error) {
        return Promise.reject(error);
      }
    },

    schemaIdOf(payload) {
      try {
        return format.schemaIdOf(payload);
      } catch (error) {
        if (error instanceof MalformedEvent) return error.schemaId;
        throw error;
      }
    },
  };
}

const topicOf = (contract: EventContract): Topic => ({
  contract,
  schemaId: 0,
  readers: new Map(),
  refusals: new Map(),
});
