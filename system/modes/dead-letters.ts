/** Dead letters of a live system, for whoever looks after it: what there is, and sending it again. */
import { deadLetterTopic } from '../contracts/topics.ts';
import type { EmbeddedKafka } from '../engines/kafka/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChildContext } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { LogRecord } from '../ports/event-log.ts';
import type { Machine } from '../runtime/kernel/index.ts';
import * as header from '../services/events/headers.ts';
import { redrive, redriveGroup } from '../services/events/redrive.ts';
import type { DeadLetter, DeadLetterDesk } from '../transport/telemetry/index.ts';
import type { Events } from './events.ts';
import type { EnginePorts } from './services.ts';

export type { DeadLettersOfTopic } from '../transport/telemetry/index.ts';

export interface DeadLetterDeskOptions {
  readonly events: Events;
  readonly kafka: EmbeddedKafka;
  /** What carries the messages; what is sent again is as safe as what was sent. */
  readonly log: EnginePorts['kafka'];
  /** Whoever redrives. */
  readonly machine: Machine;
  readonly clock: Clock;
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
  readonly context: () => ChildContext;
  /** What the system's zero is on the wall clock, in ms since 1970. */
  readonly epochMs: number;
}

export function createDeadLetterDesk(options: DeadLetterDeskOptions): DeadLetterDesk {
  const { events, kafka, log, machine, clock, enter, context, epochMs } = options;
  const running = new Set<string>();
  let redrives = 0;

  async function redriveOnce(topic: string) {
    const within = context();
    try {
      return await redrive(within, {
        log: log.connect(machine),
        clock,
        clientId: `${machine.name}-${++redrives}`,
        topic,
        knobs: events.knobs,
        isDone: () => kafka.lag(redriveGroup(topic), deadLetterTopic(topic)) === 0,
      });
    } finally {
      within.close();
    }
  }

  return {
    list: (limit) =>
      events.topics.map((topic) => {
        const records = kafka.inspect(deadLetterTopic(topic)).flatMap((partition) => partition.records);
        const newest = records.sort((a, b) => b.timestampNs - a.timestampNs).slice(0, limit);
        return {
          topic,
          kept: records.length,
          sinceStart: events.deadLetters.of(topic),
          newest: newest.map((record) => letterOf(record, epochMs)),
        };
      }),

    async redrive(topic) {
      if (!events.topics.includes(topic))
        throw new PortError('not-found', 'redrive', true, `there is no topic '${topic}' with dead letters`);
      if (running.has(topic))
        throw new PortError(
          'conflict',
          'redrive',
          true,
          `dead letters of '${topic}' are being redriven already`,
        );
      running.add(topic);
      try {
        return await enter(() => redriveOnce(topic));
      } finally {
        running.delete(topic);
      }
    },
  };
}

function letterOf(record: LogRecord, epochMs: number): DeadLetter {
  const { partition, offset, bytes, timestampNs, headers = {} } = record;
  const schemaId = headers[header.SCHEMA_ID];
  return {
    partition,
    offset,
    at: new Date(epochMs + timestampNs / 1e6).toISOString(),
    bytes,
    reason: headers[header.REASON] ?? 'unknown',
    error: headers[header.ERROR] ?? '',
    from: { partition: Number(headers[header.PARTITION]), offset: Number(headers[header.OFFSET]) },
    group: headers[header.GROUP] ?? '',
    schemaId: schemaId === undefined ? null : Number(schemaId),
    times: Number(headers[header.TIMES] ?? 1),
  };
}
