import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generatedFile, readContracts } from './generate.ts';
import { isScalar, type ProtoField, type ProtoMessage, parseProto } from './parse-proto.ts';
import { camelCase, renderContract } from './render.ts';
import { Reader, sizeOfText, WireError, Writer } from './wire.ts';

const contracts = readContracts();
type Codec = Record<string, (argument: unknown) => unknown>;
const modules = new Map<string, Codec>();
for (const { name } of contracts) modules.set(name, (await import(generatedFile(name).href)) as Codec);

/** Messages that fit a definition, nested ones included. */
function arbitrary(file: string, message: ProtoMessage): fc.Arbitrary<Record<string, unknown>> {
  const entries = message.fields.map(
    (field) => [camelCase(field.name), arbitraryField(file, field)] as const,
  );
  return fc.record(Object.fromEntries(entries));
}

function arbitraryField(file: string, field: ProtoField): fc.Arbitrary<unknown> {
  const one = arbitraryValue(file, field.type);
  if (field.repeated) return fc.array(one, { maxLength: 4 });
  return isScalar(field.type) ? one : fc.option(one, { nil: undefined });
}

function arbitraryValue(file: string, type: string): fc.Arbitrary<unknown> {
  if (type === 'string') return fc.string({ unit: 'grapheme', maxLength: 60 });
  if (type === 'bool') return fc.boolean();
  if (type === 'double') return fc.double();
  if (type === 'uint32') return fc.nat(2 ** 31 - 1);
  if (type === 'uint64') return fc.maxSafeNat();
  const [name, inFile = file] = type.split('.').reverse() as [string, string?];
  const contract = contracts.find((other) => other.name === inFile)!;
  return arbitrary(inFile, contract.messages.find((message) => message.name === name)!);
}

for (const contract of contracts) {
  test(`${contract.name}: the generated file is what the generator writes now`, () => {
    expect(readFileSync(generatedFile(contract.name), 'utf8')).toBe(renderContract(contract));
  });

  test(`${contract.name}: every message survives encoding, in exactly the bytes foretold`, () => {
    const codec = modules.get(contract.name)!;
    for (const message of contract.messages) {
      const { name } = message;
      fc.assert(
        fc.property(arbitrary(contract.name, message), (value) => {
          const bytes = codec[`encode${name}`]!(value) as Uint8Array;
          expect(bytes.length).toBe(codec[`sizeOf${name}`]!(value));
          expect(codec[`decode${name}`]!(bytes)).toEqual(value);
        }),
        { seed: 3, numRuns: 60 },
      );
    }
  });

  test(`${contract.name}: bytes that are cut or random are refused or read, never looped on`, () => {
    const codec = modules.get(contract.name)!;
    for (const { name } of contract.messages) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          try {
            codec[`decode${name}`]!(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }),
        { seed: 4, numRuns: 60 },
      );
    }
  });
}

test('the examples of the Protocol Buffers documentation come out byte for byte', () => {
  // protobuf.dev/programming-guides/encoding: field 1 = 150; field 2 = "testing"; field 3 = { field 1 = 150 }
  const number = new Writer(3);
  number.number(8, 150);
  expect([...number.bytes]).toEqual([0x08, 0x96, 0x01]);
  const text = new Writer(9);
  text.text(0x12, 'testing');
  expect([...text.bytes]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  const nested = new Writer(5);
  nested.message(0x1a, 3, (writer, value: number) => writer.number(8, value), 150);
  expect([...nested.bytes]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});

test('fields that this version does not know are passed over', () => {
  const decode = modules.get('catalogue')!.decodeGetTrackRequest!;
  const bytes = [0xa0, 0x06, 0x05, 0x0a, 0x01, 0x37, 0xa9, 0x06, 0, 0, 0, 0, 0, 0, 0, 0];
  expect(decode(Uint8Array.from(bytes))).toEqual({ trackId: '7' });
});

test('a text takes as many bytes as the host says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sizeOfText(text)).toBe(new TextEncoder().encode(text).length);
    }),
    { seed: 5 },
  );
  expect(sizeOfText('\ud800x\udc00')).toBe(7);
});

test('numbers that JavaScript cannot hold exactly are refused, not rounded', () => {
  expect(() => new Writer(9).number(8, 2 ** 53)).toThrow(WireError);
  expect(() => new Writer(9).number(8, -1)).toThrow(WireError);
  expect(() => new Reader(new Uint8Array(10).fill(0xff)).varint()).toThrow(WireError);
});

test('what the generator does not know is an error that names the line', () => {
  const head = 'syntax = "proto3";\npackage rehearsal.x;\n';
  expect(() => parseProto('x.proto', `${head}message A {\n  int32 a = 1;\n}`)).toThrow(
    /x\.proto:4: a type \(string, bool, double, uint32, uint64 or a message\) was expected, found 'int32'/,
  );
  expect(() => parseProto('x.proto', `${head}message A {\n  repeated bool a = 1;\n}`)).toThrow(
    /x\.proto:4: a type \(repeated: string or a message\) was expected, found 'bool'/,
  );
  expect(() => parseProto('x.proto', `${head}message A {\n  bool a = 1;\n  bool b = 1;\n}`)).toThrow(
    /number 1 is taken/,
  );
  expect(() => parseProto('x.proto', `${head}enum A {}`)).toThrow(/x\.proto:3: import, message/);
  expect(() => parseProto('x.proto', `${head}message A {`)).toThrow(/the end of the file/);
});

test('every type that a contract names is defined where it says', () => {
  for (const { name, imports, messages, service } of contracts) {
    const named = [
      ...messages.flatMap(({ fields }) => fields.map(({ type }) => type).filter((type) => !isScalar(type))),
      ...(service?.methods.flatMap(({ request, response }) => [request, response]) ?? []),
    ];
    for (const type of named) {
      const [message, file = name] = type.split('.').reverse() as [string, string?];
      if (file !== name) expect(imports, `${name}.proto uses ${type}`).toContain(file);
      expect(contracts.find((other) => other.name === file)?.messages.map((m) => m.name)).toContain(message);
    }
  }
});
