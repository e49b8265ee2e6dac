/**
 * The log as services see it: what they send is encoded, and consumers come with an intake that decodes (see
 * `consume.ts`). Services keep speaking of messages and know nothing of schemas.
 */
import type { EventCodec } from '../../ports/event-codec.ts';
import type { EventConsumer, EventLog, EventProducer, ProduceRequest } from '../../ports/event-log.ts';
import { createIntake, type DeadLetterCounts } from './dead-letters.ts';
import { sizeOfHeaders } from './headers.ts';

export interface CodedEventLogDependencies {
  /** What carries the encoded messages. */
  readonly log: EventLog;
  readonly codec: EventCodec;
  readonly counts: DeadLetterCounts;
}

export function createCodedEventLog({ log, codec, counts }: CodedEventLogDependencies): EventLog {
  return {
    createProducer: (clientId) => createCodedProducer(log.createProducer(clientId), codec),
    createConsumer(clientId, options): EventConsumer {
      const consumer = log.createConsumer(clientId, options);
      const createProducer = () => log.createProducer(`${clientId} dead letters`);
      return {
        intake: createIntake({ codec, group: options.group, createProducer, counts }),
        poll: (context, maxWaitMs) => consumer.poll(context, maxWaitMs),
        commit: (context) => consumer.commit(context),
        assigned: () => consumer.assigned(),
        close: (context) => consumer.close(context),
      };
    },
  };
}

function createCodedProducer(producer: EventProducer, codec: EventCodec): EventProducer {
  return {
    send(context, request) {
      const { topic, key, headers } = request;
      const encoded = codec.encode(context, topic, request.value);
      const send = ({ payload, bytes }: { payload: unknown; bytes: number }) => {
        const coded: ProduceRequest = {
          topic,
          key,
          value: payload,
          bytes: bytes + sizeOfHeaders(headers),
          headers,
        };
        return producer.send(context, coded);
      };
      return encoded instanceof Promise ? encoded.then(send) : send(encoded);
    },
  };
}
