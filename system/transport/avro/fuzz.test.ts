/** Bytes from outside, whatever they are, end in a message of the contract or in a typed error, in little memory. */
import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventContracts } from '../../contracts/avro/events.ts';
import { readEvents } from '../../contracts/avro/generate.ts';
import { arbitraryEvent } from '../../contracts/avro/test-messages.ts';
import { evolvedSchema, randomSchema, randomValue } from '../../engines/schema-registry/test-schemas.ts';
import { type EventContract, MalformedEvent } from '../../ports/event-codec.ts';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { createAvroFormat } from './avro-format.ts';

const MAX_BYTES = 1_048_576;
const format = createAvroFormat({ maxBytes: MAX_BYTES });
const contractOfEvent = (name: string) =>
  eventContracts.find(({ schema }) => (schema as unknown as { name: string }).name === name)!;

/** A contract of any schema: reading does not ask for sizes. */
const contractOf = (schema: AvroSchema): EventContract => ({
  topic: 'fuzz',
  subject: 'fuzz-value',
  schema,
  sizeOf: () => {
    throw new Error('nothing is written');
  },
});

const framed = (body: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), body]);

/** The message, or the reason why there is none; everything else is a failure of the test. */
function read(reader: (payload: unknown) => unknown, payload: Uint8Array): unknown {
  try {
    return reader(payload);
  } catch (error) {
    if (error instanceof MalformedEvent) return error.reason;
    throw error;
  }
}

interface Mutation {
  readonly kind: 'set' | 'insert' | 'delete' | 'swap';
  readonly at: number;
  readonly byte: number;
}

const mutations = fc.array(
  fc.record<Mutation>({
    kind: fc.constantFrom('set', 'insert', 'delete', 'swap'),
    at: fc.nat(10_000),
    // Bytes with the upper bit set make numbers and lengths long.
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0x80, 0xff, 0x7f, 0)),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutated(bytes: Uint8Array, changes: readonly Mutation[]): Buffer {
  const copy = [...bytes];
  for (const { kind, at, byte } of changes) {
    const place = at % Math.max(1, copy.length);
    if (kind === 'set') copy[place] = byte;
    else if (kind === 'insert') copy.splice(place, 0, byte, byte);
    else if (kind === 'delete') copy.splice(place, 1);
    else copy.push(...copy.splice(place, 2));
  }
  return Buffer.from(copy);
}

for (const event of readEvents()) {
  const contract = contractOfEvent(event.name);
  const reader = format.createReader(contract, contract.schema);

  /** What is accepted is a message that the contract could have written. */
  const isSound = (payload: Uint8Array) => {
    const message = read(reader, payload);
    if (typeof message === 'string') return false;
    expect(contract.sizeOf(message)).toBeGreaterThan(0);
    expect(reader(format.write(contract, 1, message).payload)).toEqual(message);
    return true;
  };

  test(`${event.name}: changed messages are messages or malformed`, () => {
    let sound = 0;
    fc.assert(
      fc.property(arbitraryEvent(event), mutations, (message, changes) => {
        const bytes = format.write(contract, 1, message).payload as Uint8Array;
        const changed = mutated(bytes.subarray(5), changes);
        if (isSound(framed(changed))) sound++;
      }),
      { seed: 61, numRuns: 150 },
    );
    // Both come up: a changed letter is a message, a changed length is none.
    expect(sound).toBeGreaterThan(0);
    expect(sound).toBeLessThan(150);
  });

  test(`${event.name}: random bytes are messages or malformed`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        isSound(framed(bytes));
      }),
      { seed: 62, numRuns: 200 },
    );
  });

  test(`${event.name}: a message within a larger buffer ends where it ends`, () => {
    fc.assert(
      fc.property(arbitraryEvent(event), fc.nat(20), (message, cut) => {
        const whole = format.write(contract, 1, message).payload as Uint8Array;
        const around = Buffer.concat([Buffer.alloc(7, 0xff), whole, Buffer.alloc(7, 1)]);
        const exact = around.subarray(7, 7 + whole.length);
        expect(read(reader, exact)).toEqual(message);
        const short = Math.max(5, whole.length - 1 - cut);
        expect(read(reader, around.subarray(7, 7 + short))).toBe('truncated');
      }),
      { seed: 63, numRuns: 50 },
    );
  });
}

test('whatever text is written is read again; half a character is not written', () => {
  const contract = contractOfEvent('Play');
  const reader = format.createReader(contract, contract.schema);
  const units = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7fe, max: 0xe001 })), {
    maxLength: 30,
  });
  let refused = 0;
  fc.assert(
    fc.property(units, (codes) => {
      const trackId = String.fromCharCode(...codes);
      const play = { playId: 1, listenerId: 'l', trackId, playedAtNs: 1, listenedMs: 1, skipped: false };
      if (trackId.isWellFormed()) {
        expect(read(reader, format.write(contract, 1, play).payload as Uint8Array)).toEqual(play);
        return;
      }
      refused++;
      expect(() => format.write(contract, 1, play)).toThrow(/trackId must be Unicode/);
    }),
    { seed: 64, numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
  expect(refused).toBeLessThan(280);
});

const encodeByLibrary = (schema: AvroSchema, value: unknown): Buffer =>
  avsc.Type.forSchema(structuredClone(schema) as unknown as avsc.Schema).toBuffer(value);

/** A reader of another version, which passes over what it does not know; null: the versions do not fit. */
function laterReader(g: fc.GeneratorValue, schema: AvroSchema) {
  try {
    return format.createReader(contractOf(evolvedSchema(g, schema)), schema);
  } catch {
    return null;
  }
}

test('any bytes under any schema end in a value or a typed error', () => {
  fc.assert(
    fc.property(fc.gen(), mutations, (g, changes) => {
      const schema = randomSchema(g);
      const reader = format.createReader(contractOf(schema), schema);
      const first = read(reader, framed(g(fc.uint8Array, { maxLength: 40 })));
      expect(first).toBeDefined();
      const body = encodeByLibrary(schema, randomValue(g, schema));
      expect(typeof read(reader, framed(body))).toBe('object');
      const damaged = framed(mutated(body, changes));
      expect(read(reader, damaged)).toBeDefined();
      const later = laterReader(g, schema);
      if (later !== null) expect(read(later, damaged)).toBeDefined();
    }),
    { seed: 64, numRuns: 60 },
  );
});

/** A varint of any size. */
function varint(value: bigint): number[] {
  let rest = (value << 1n) ^ (value >> 63n);
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const HUGE = [2n ** 20n, 2n ** 31n, 2n ** 40n, 2n ** 52n, 2n ** 62n];
const field = (type: unknown): AvroSchema => ({ type: 'record', name: 'R', fields: [{ name: 'x', type }] });
const empty = { type: 'record', name: 'Empty', fields: [] };
const list = { type: 'record', name: 'List', fields: [{ name: 'next', type: ['null', 'List'] }] };

const attacks: [string, AvroSchema, (size: bigint) => number[]][] = [
  ['a text', field('string'), (size) => varint(size)],
  ['bytes', field('bytes'), (size) => varint(size)],
  ['a list of texts', field({ type: 'array', items: 'string' }), (size) => [...varint(size), 0, 0]],
  ['a list of nothing', field({ type: 'array', items: 'null' }), (size) => [...varint(size), 0]],
  ['a list of empty records', field({ type: 'array', items: empty }), (size) => [...varint(size), 0]],
  ['a block of a list', field({ type: 'array', items: 'null' }), (size) => [...varint(-size), 0, 0]],
  ['a map', field({ type: 'map', values: 'null' }), (size) => [...varint(size), 0, 0]],
  [
    'a list of lists',
    field({ type: 'array', items: { type: 'array', items: 'null' } }),
    (size) => Array.from({ length: 50 }, () => varint(size)).flat(),
  ],
];

test.each(attacks)('%s that claims a huge size is refused at once', (_, schema, attack) => {
  const reader = format.createReader(contractOf(schema), schema);
  for (const size of HUGE) {
    const before = process.memoryUsage();
    const result = read(reader, framed(Uint8Array.from(attack(size))));
    const after = process.memoryUsage();
    expect(['truncated', 'wrong-type']).toContain(result);
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(2_000_000);
  }
});

test('many small lists do not add up: memory stays within a small multiple of the message', () => {
  const schema = field({ type: 'array', items: { type: 'array', items: 'null' } });
  const reader = format.createReader(contractOf(schema), schema);
  // Each inner list of three bytes claims as many items as the message has bytes.
  const inner = [...varint(500n), 0];
  const body = [...varint(300n), ...Array.from({ length: 300 }, () => inner).flat(), 0];
  expect(read(reader, framed(Uint8Array.from(body)))).toBe('truncated');
});

test('a message that nests without end is refused, not a full stack', () => {
  const reader = format.createReader(
    contractOf(list as unknown as AvroSchema),
    list as unknown as AvroSchema,
  );
  // Branch 1 of the union each time, and no end.
  expect(read(reader, framed(Buffer.alloc(500_000, 2)))).toBe('wrong-type');
});

test('a message beyond the limit is refused without a look at it', () => {
  const schema = field('bytes');
  const reader = format.createReader(contractOf(schema), schema);
  expect(read(reader, Buffer.alloc(MAX_BYTES + 1))).toBe('too-large');
});
