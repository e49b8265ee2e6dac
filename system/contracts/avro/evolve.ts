/**
 * An event's Avro schema from its message in a .proto: a whole one for a new message, and for a known one what the
 * message has gained since. A field that was gained has a default, or the registry would refuse the new version: its
 * readers could not read what was written before.
 */
import { isScalar, type ProtoField, type ProtoFile, type ProtoMessage } from '../parse-proto.ts';
import { camelCase } from '../render.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly doc?: string;
  readonly type: AvroType;
  readonly default?: Json;
}

export type AvroType = string | AvroRecord | { type: 'array'; items: AvroType } | readonly ['null', AvroType];

/** uint32 does not fit Avro's int, which has a sign. */
const SCALARS: Readonly<Record<string, readonly [type: string, empty: Json]>> = {
  string: ['string', ''],
  bool: ['boolean', false],
  double: ['double', 0],
  uint32: ['long', 0],
  uint64: ['long', 0],
};

const PACKAGE = 'rehearsal';

export class DriftError extends Error {
  override readonly name = 'DriftError';
}

/** A message that goes through the log: where it is defined, and its name. */
export interface Event {
  readonly file: string;
  readonly name: string;
}

/** Messages of other contracts that are published as they are. */
const PUBLISHED: readonly Event[] = [{ file: 'listening', name: 'Session' }];

/** The messages of `events.proto` that are no part of another one, and those of other contracts that are published. */
export function eventsOf(contracts: readonly ProtoFile[]): readonly Event[] {
  const messages = contracts.find(({ name }) => name === 'events')?.messages ?? [];
  const parts = new Set(messages.flatMap(({ fields }) => fields.map(({ type }) => type)));
  const own = messages.filter(({ name }) => !parts.has(name)).map(({ name }) => ({ file: 'events', name }));
  return [...own, ...PUBLISHED];
}

/** Records by their full names, as some event's schema defines them. */
export type KnownRecords = ReadonlyMap<string, AvroRecord>;

/** The schema of an event. Throws DriftError where only a person can decide. */
export function evolve(
  contracts: readonly ProtoFile[],
  known: KnownRecords,
  { file, name }: Event,
): AvroRecord {
  return new Evolution(contracts, known).record(file, name);
}

class Evolution {
  readonly #contracts: readonly ProtoFile[];
  readonly #known: KnownRecords;
  /** Records that are defined further up in this schema: later ones are named only. */
  readonly #defined = new Set<string>();

  constructor(contracts: readonly ProtoFile[], known: KnownRecords) {
    this.#contracts = contracts;
    this.#known = known;
  }

  record(file: string, name: string): AvroRecord {
    const message = this.#message(file, name);
    const namespace = `${PACKAGE}.${file}`;
    const known = this.#known.get(`${namespace}.${name}`);
    this.#defined.add(`${namespace}.${name}`);
    const { comment } = message;
    const doc = comment === '' ? {} : { doc: comment.replaceAll('`', '') };
    const kept = (known?.fields ?? []).map((field) => this.#keep(file, message, field));
    const isKnown = (field: ProtoField) => kept.some((one) => one.name === camelCase(field.name));
    const gained = message.fields.filter((field) => !isKnown(field));
    const fields = [...kept, ...gained.map((field) => this.#gain(file, field, known !== undefined))];
    return { type: 'record', name, namespace, ...doc, fields };
  }

  #keep(file: string, message: ProtoMessage, field: AvroField): AvroField {
    const source = message.fields.find(({ name }) => camelCase(name) === field.name);
    if (source === undefined)
      throw new DriftError(
        `${message.name}.${field.name} is in the Avro schema and not in ${file}.proto: take it out of the .avsc if nobody reads it any more.`,
      );
    const type = this.#type(file, source);
    if (shapeOf(type) !== shapeOf(field.type))
      throw new DriftError(
        `${message.name}.${field.name} is ${shapeOf(type)} in ${file}.proto and ${shapeOf(field.type)} in the Avro schema: a field cannot change its type, name a new one.`,
      );
    return { ...described(source), type, ...('default' in field ? { default: field.default! } : {}) };
  }

  #gain(file: string, field: ProtoField, later: boolean): AvroField {
    const type = this.#type(file, field);
    if (field.repeated) return { ...described(field), type, ...(later ? { default: [] } : {}) };
    if (!isScalar(field.type)) return { ...described(field), type, default: null };
    return { ...described(field), type, ...(later ? { default: SCALARS[field.type]![1] } : {}) };
  }

  #type(file: string, { type, repeated }: ProtoField): AvroType {
    const inner = isScalar(type) ? SCALARS[type]![0] : this.#named(file, type);
    if (repeated) return { type: 'array', items: inner };
    return isScalar(type) ? inner : ['null', inner];
  }

  #named(from: string, type: string): AvroType {
    const [name, file = from] = type.split('.').reverse() as [string, string?];
    const full = `${PACKAGE}.${file}.${name}`;
    return this.#defined.has(full) ? full : this.record(file, name);
  }

  #message(file: string, name: string): ProtoMessage {
    const found = this.#contracts.find((one) => one.name === file)?.messages.find((one) => one.name === name);
    if (found === undefined) throw new DriftError(`${file}.proto has no message ${name}.`);
    return found;
  }
}

function described({ name, comment }: ProtoField): { name: string; doc?: string } {
  const field = camelCase(name);
  return comment === '' ? { name: field } : { name: field, doc: comment.replaceAll('`', '') };
}

/** The record that a field's type defines in its place, if it does. */
export function recordIn(type: AvroType): AvroRecord | null {
  if (typeof type === 'string') return null;
  if (isUnion(type)) return recordIn(type[1]);
  return type.type === 'record' ? type : recordIn(type.items);
}

/** A record and all that it defines within. */
export function recordsIn(record: AvroRecord): AvroRecord[] {
  const inner = record.fields.map(({ type }) => recordIn(type)).filter((one) => one !== null);
  return [record, ...inner.flatMap(recordsIn)];
}

export const nameOf = ({ namespace, name }: AvroRecord) => `${namespace}.${name}`;

export const isUnion = (type: AvroType): type is readonly ['null', AvroType] => Array.isArray(type);

/** A type in words, records by their names. */
function shapeOf(type: AvroType): string {
  if (typeof type === 'string') return type;
  if (isUnion(type)) return `${type[0]} or ${shapeOf(type[1])}`;
  return type.type === 'record' ? `${type.namespace}.${type.name}` : `a list of ${shapeOf(type.items)}`;
}
