import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const eventsKnobs = {
  format: {
    default: 'off' as 'off' | 'objects' | 'avro',
    unit: '',
    description:
      'What the log carries: values as they are (off), messages with schemas as objects of the size of their bytes, or the bytes (avro). Not off: bad messages become dead letters',
    values: ['off', 'objects', 'avro'],
  },
  // auto.register.schemas: true, Confluent's default
  autoRegister: {
    default: true,
    unit: '',
    description:
      'Whether a producer registers the schema that it writes with, or only one that is registered already may be used',
  },
  // estimate: short against the time that it takes to deploy what was missing.
  refusalMs: {
    default: 10_000,
    unit: 'ms',
    description:
      'How long at most a process takes a schema id that could not be read for unreadable, without asking again; one that is unknown it asks for after 100 ms, then after twice as long each time',
    min: 0,
  },
  // max.request.size: 1048576
  maxBytes: { default: 1_048_576, unit: 'bytes', description: 'Size of the largest message', min: 1 },
  deadLetterPartitions: {
    default: 1,
    unit: '1',
    description: 'Partitions of each dead-letter topic',
    min: 1,
    max: 1_000,
  },
  // estimate: two weeks, twice what other topics keep: somebody has to look at them first.
  deadLetterRetentionMs: {
    default: 1_209_600_000,
    unit: 'ms',
    description: 'Age at which dead letters are deleted',
    min: 1,
  },
  redriveTimes: {
    default: 3,
    unit: '1',
    description: 'A message that has become a dead letter so often is not sent again',
    min: 1,
  },
} as const satisfies Knobs;

export type EventsKnobs = KnobValues<typeof eventsKnobs>;
