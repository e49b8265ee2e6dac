/** Random messages of the events, made from their definitions in the .proto files. */
import fc from 'fast-check';
import { readContracts } from '../generate.ts';
import { isScalar, type ProtoField } from '../parse-proto.ts';
import { camelCase } from '../render.ts';
import type { EventSchema } from './generate.ts';

const contracts = readContracts();

/** Messages of this name from a contract, nested ones included; or of a schema that is kept by hand. */
export function arbitraryEvent({
  contract,
  name,
  schema,
}: EventSchema): fc.Arbitrary<Record<string, unknown>> {
  if (contract !== null) return arbitraryMessage(contract, name);
  return fc.record(
    Object.fromEntries(schema.fields.map((field) => [field.name, field.type === 'string' ? text : long])),
  );
}

const long = fc.maxSafeInteger();

function arbitraryMessage(file: string, name: string): fc.Arbitrary<Record<string, unknown>> {
  const message = contracts.find((one) => one.name === file)!.messages.find((one) => one.name === name)!;
  const entries = message.fields.map(
    (field) => [camelCase(field.name), arbitraryField(file, field)] as const,
  );
  return fc.record(Object.fromEntries(entries), {
    requiredKeys: entries.map(([key]) => key).filter((_, i) => !isOptional(message.fields[i]!)),
  });
}

const isOptional = ({ type, repeated }: ProtoField) => !repeated && !isScalar(type);

function arbitraryField(file: string, { type, repeated }: ProtoField): fc.Arbitrary<unknown> {
  const one = arbitraryValue(file, type);
  return repeated ? fc.array(one, { maxLength: 4 }) : one;
}

function arbitraryValue(file: string, type: string): fc.Arbitrary<unknown> {
  if (type === 'string') return text;
  if (type === 'bool') return fc.boolean();
  if (type === 'double') return fc.double();
  if (type === 'uint32') return fc.nat(2 ** 32 - 1);
  if (type === 'uint64') return fc.oneof(fc.nat(300), fc.maxSafeNat(), powersOfTwo);
  const [name, inFile = file] = type.split('.').reverse() as [string, string?];
  return arbitraryMessage(inFile, name);
}

/** Around the sizes at which a length takes one more byte, and at which the library changes its way of writing. */
const longText = fc
  .tuple(fc.constantFrom(31, 32, 63, 64, 65, 127, 8191, 8192), fc.constantFrom('a', 'ä', '€', '𝄞'))
  .map(([length, letter]) => letter.repeat(length));

const text = fc.oneof(
  { weight: 15, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: longText },
);

const powersOfTwo = fc
  .tuple(fc.nat(53), fc.constantFrom(-1, 0, 1))
  .map(([power, by]) => Math.min(Math.max(0, 2 ** power + by), Number.MAX_SAFE_INTEGER));
