import { readFileSync } from 'node:fs';
import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readingProblems } from '../../engines/schema-registry/compatibility.ts';
import { parseSchema, type Schema } from '../../engines/schema-registry/schema.ts';
import { PortError } from '../../ports/errors.ts';
import { exactLong } from '../../transport/avro/exact-long.ts';
import { readContracts } from '../generate.ts';
import { isScalar, type ProtoMessage, parseProto } from '../parse-proto.ts';
import { camelCase } from '../render.ts';
import * as topics from '../topics.ts';
import { eventContracts } from './events.ts';
import { type AvroRecord, DriftError, evolve, type KnownRecords } from './evolve.ts';
import { GENERATED, readEvents, renderEvents, textOf } from './generate.ts';
import { renderSchemas } from './render-schemas.ts';
import { sizeOfLong } from './size.ts';
import { arbitraryEvent } from './test-messages.ts';

const contracts = readContracts();
const messageOf = (file: string, name: string) =>
  contracts.find((one) => one.name === file)?.messages.find((one) => one.name === name);

/** What Avro calls the types of proto3 that the contracts use. */
const TYPES: Record<string, string> = {
  string: 'string',
  bool: 'boolean',
  double: 'double',
  uint32: 'long',
  uint64: 'long',
};

/** The fields of a message and those of an Avro record as lines that can be compared, nested records included. */
function protoFields(file: string, message: ProtoMessage, path: string): string[] {
  return message.fields.flatMap(({ name, type, repeated }) => {
    const field = `${path}.${camelCase(name)}`;
    if (isScalar(type)) return [`${field}: ${repeated ? 'list of ' : ''}${TYPES[type]}`];
    const [inner, inFile = file] = type.split('.').reverse() as [string, string?];
    const kind = repeated ? 'list of' : 'optional';
    const nested = messageOf(inFile, inner)!;
    return [`${field}: ${kind} rehearsal.${inFile}.${inner}`, ...protoFields(inFile, nested, field)];
  });
}

function avroFields(type: avsc.types.RecordType, path: string): string[] {
  return type.fields.flatMap((field) => {
    const name = `${path}.${field.name}`;
    let one: avsc.Type = field.type;
    let kind = '';
    if (one instanceof avsc.types.UnwrappedUnionType) {
      expect(one.types[0]!.typeName).toBe('null');
      expect(field.defaultValue()).toBeNull();
      one = one.types[1]!;
      kind = 'optional ';
    } else if (one instanceof avsc.types.ArrayType) {
      one = one.itemsType;
      kind = 'list of ';
    }
    if (!(one instanceof avsc.types.RecordType)) return [`${name}: ${kind}${JSON.parse(String(one))}`];
    return [`${name}: ${kind}${one.name}`, ...avroFields(one, name)];
  });
}

const typeOf = (schema: unknown) =>
  avsc.Type.forSchema(schema as avsc.Schema, { registry: { long: exactLong } }) as avsc.types.RecordType;

const events = readEvents();

for (const event of events) {
  const { contract, name, text, schema } = event;
  if (contract !== null) {
    test(`${name}: its .avsc file has every field of the .proto, and none beyond`, () => {
      const type = typeOf(JSON.parse(text!));
      expect(type.name).toBe(`rehearsal.${contract}.${name}`);
      expect(avroFields(type, name)).toEqual(protoFields(contract, messageOf(contract, name)!, name));
    });
  }

  test(`${name}: its .avsc file is what the generator writes now`, () => {
    expect(text).toBe(textOf(schema));
  });

  test(`${name}: a message takes exactly the bytes foretold`, () => {
    const type = typeOf(schema);
    const { sizeOf } = eventContracts.find((one) => typeOf(one.schema).name === type.name)!;
    fc.assert(
      fc.property(arbitraryEvent(event), (message) => {
        expect(sizeOf(message)).toBe(type.toBuffer(message).length);
      }),
      { seed: 11, numRuns: 100 },
    );
  });
}

test('the generated file is what the generator writes now', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(renderEvents(events));
});

test('every topic has one schema, whose subject is named after it, and every event has a topic', () => {
  const named = Object.values(topics).filter((value) => typeof value === 'string');
  expect(eventContracts.map(({ topic }) => topic).toSorted()).toEqual(named.toSorted());
  for (const { topic, subject } of eventContracts) expect(subject).toBe(`${topic}-value`);
  const names = new Set(eventContracts.map(({ schema }) => (schema as unknown as AvroRecord).name));
  expect([...names].toSorted()).toEqual(events.map(({ name }) => name).toSorted());
});

test('whole numbers of both signs take the bytes that their varints have', () => {
  /** Zigzag and groups of seven bits, in whole numbers of any size. */
  const bytesOf = (value: number) => {
    const whole = BigInt(value);
    let rest = (whole << 1n) ^ (whole >> 63n);
    let bytes = 1;
    for (; rest >= 0x80n; rest >>= 7n) bytes++;
    return bytes;
  };
  const around = fc.tuple(fc.nat(53), fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 1));
  const edge = around.map(([power, by, sign]) => sign * (2 ** power + by));
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), edge.filter(Number.isSafeInteger)), (value) => {
      expect(sizeOfLong(value, 'x')).toBe(bytesOf(value));
    }),
    { seed: 12, numRuns: 1_000 },
  );
});

test('a value of another type is refused, and the field named', () => {
  const { sizeOf } = eventContracts.find(({ topic }) => topic === 'playlist_updates')!;
  const track = {
    trackId: 't1',
    title: 'a title',
    artistId: 'a1',
    artistName: 'an artist',
    labelId: 'l1',
    durationMs: 1,
    popularity: 0.5,
    publishedAtNs: 1,
  };
  const update = { playlistId: 'p1', snapshot: 1, listenerId: 'l1', track };
  expect(sizeOf(update)).toBeGreaterThan(0);
  const refusals: [unknown, RegExp][] = [
    [
      { ...update, snapshot: '1' },
      /PlaylistUpdate\.snapshot must be a whole number.*not a value of type string/,
    ],
    [{ ...update, snapshot: 1.5 }, /PlaylistUpdate\.snapshot/],
    [{ ...update, snapshot: 2 ** 53 }, /PlaylistUpdate\.snapshot/],
    [{ ...update, snapshot: Number.NaN }, /PlaylistUpdate\.snapshot/],
    [{ ...update, listenerId: undefined }, /PlaylistUpdate\.listenerId must be a text, not undefined/],
    [{ ...update, track: null }, /Track must be a message, not null/],
    [{ ...update, track: { ...track, title: 7 } }, /Track\.title must be a text/],
    [{ ...update, track: { ...track, title: 'half \ud800' } }, /Track\.title must be Unicode/],
    [{ ...update, listenerId: '\udfff' }, /PlaylistUpdate\.listenerId must be Unicode/],
    [{ ...update, track: { ...track, popularity: '1' } }, /Track\.popularity must be a number/],
    [null, /PlaylistUpdate must be a message/],
    ['x', /PlaylistUpdate must be a message/],
    [[], /PlaylistUpdate must be a message/],
  ];
  for (const [value, message] of refusals) {
    expect(() => sizeOf(value)).toThrow(PortError);
    expect(() => sizeOf(value)).toThrow(message);
  }
});

function evolved(body: string, known: AvroRecord | null): AvroRecord {
  const proto = `syntax = "proto3";\npackage rehearsal.events;\nmessage Like {\n${body}\n}\nmessage Tag {\n string name = 1;\n}\n`;
  const records: KnownRecords = new Map(known === null ? [] : [['rehearsal.events.Like', known]]);
  return evolve([parseProto('events.proto', proto)], records, { file: 'events', name: 'Like' });
}

test('what was told of playlists before they had names in it can be read, and those who do not know of names read on', () => {
  const { schema } = readEvents().find(({ name }) => name === 'PlaylistUpdate')!;
  const before = { ...schema, fields: schema.fields.filter(({ name }) => name !== 'about') };
  const parsed = (text: string) => parseSchema(JSON.parse(text));
  const [newer, older] = [schema, before].map((one) => parsed(JSON.stringify(one))) as [Schema, Schema];
  expect(schema.fields.length - before.fields.length).toBe(1);
  expect([readingProblems(newer, older), readingProblems(older, newer)]).toEqual([[], []]);
});

test('a field that a message gains has a default, so that the registry takes the new version', () => {
  const first = evolved('string track_id = 1;', null);
  expect(first.fields).toEqual([{ name: 'trackId', type: 'string' }]);
  const more =
    'string track_id = 1;\nuint32 times = 2;\nrepeated string why = 3;\nrepeated Tag tags = 4;\nTag tag = 5;';
  const second = evolved(more, first);
  expect(second.fields.map((field) => [field.name, field.default])).toEqual([
    ['trackId', undefined],
    ['times', 0],
    ['why', []],
    ['tags', []],
    ['tag', null],
  ]);
  expect(second.fields[4]!.type).toEqual(['null', 'rehearsal.events.Tag']);
  expect(evolved(more, second)).toEqual(second);
  expect(typeOf(second).createResolver(typeOf(first))).toBeDefined();
  const code = renderSchemas([second], new Set());
  expect(code).toContain("  size += avro.sizeOfArray(m.why, 'Like.why');");
  expect(code).toContain('  for (const item of m.tags) size += avroSizeOfTag(item);');
});

test('a field that changes its type or is lost is an error that says what to do', () => {
  const first = evolved('string track_id = 1;', null);
  expect(() => evolved('uint64 track_id = 1;', first)).toThrow(DriftError);
  expect(() => evolved('uint64 track_id = 1;', first)).toThrow(/Like\.trackId is long in .* and string/);
  expect(() => evolved('string other_id = 1;', first)).toThrow(/take it out of the \.avsc/);
  expect(() => evolved('Nothing thing = 1;', null)).toThrow(/has no message Nothing/);
});
