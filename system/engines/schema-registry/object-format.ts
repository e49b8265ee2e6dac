/**
 * The messages' format in virtual time: the message itself, frozen, with the id of its schema and the size that its bytes
 * would have. Nothing is serialised. What `write` made is known to be sound; any other payload is checked as bytes would
 * be, so that a damaged one (`new ObjectPayload(…)` with too few bytes, a wrong type, a foreign id) is found out.
 */
import { PortError } from '../../ports/errors.ts';
import {
  type EncodedEvent,
  type EventContract,
  type EventFormat,
  MalformedEvent,
} from '../../ports/event-codec.ts';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { createProjection, ValueError } from './projection.ts';
import { identityOf, parseSchema, SchemaError } from './schema.ts';

/** Confluent's wire format: a zero byte and the schema's id in four. */
const HEADER_BYTES = 5;

export class ObjectPayload {
  readonly schemaId: number;
  readonly message: unknown;
  readonly bytes: number;
  #sound = false;

  constructor(schemaId: number, message: unknown, bytes: number) {
    this.schemaId = schemaId;
    this.message = message;
    this.bytes = bytes;
  }

  static sound(schemaId: number, message: unknown, bytes: number): ObjectPayload {
    const payload = new ObjectPayload(schemaId, message, bytes);
    payload.#sound = true;
    return payload;
  }

  get sound(): boolean {
    return this.#sound;
  }
}

export function createObjectFormat({ maxBytes }: { readonly maxBytes: number }): EventFormat {
  return {
    write(contract, schemaId, message): EncodedEvent {
      const bytes = HEADER_BYTES + contract.sizeOf(message);
      if (bytes > maxBytes)
        throw new PortError('invalid', 'events.encode', true, `${bytes} bytes, ${maxBytes} at most`);
      const payload = ObjectPayload.sound(schemaId, freeze(message), bytes);
      return { payload, bytes };
    },

    schemaIdOf(payload) {
      if (payload instanceof ObjectPayload) return payload.schemaId;
      throw new MalformedEvent('bad-magic', null, 'it is no encoded message');
    },

    createReader(contract, writer) {
      const read = readerOf(contract, writer);
      return (payload) => {
        const { schemaId, bytes } = payload as ObjectPayload;
        if (bytes > maxBytes)
          throw new MalformedEvent('too-large', schemaId, `${bytes} bytes, ${maxBytes} at most`);
        return read(payload as ObjectPayload);
      };
    },
  };
}

function readerOf(contract: EventContract, writer: AvroSchema): (payload: ObjectPayload) => unknown {
  const [reader, written] = [parseSchema(contract.schema), parseSchema(writer)];
  if (identityOf(reader) === identityOf(written))
    return (payload) => (payload.sound ? payload.message : checked(contract, payload));
  let project: (message: unknown) => unknown;
  try {
    project = createProjection(reader, written);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new MalformedEvent('incompatible-schema', null, error.message);
  }
  return ({ schemaId, message }) => {
    try {
      return freeze(project(message));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new MalformedEvent('wrong-type', schemaId, error.message);
    }
  };
}

function checked(contract: EventContract, { schemaId, message, bytes }: ObjectPayload): unknown {
  let wanted: number;
  try {
    wanted = HEADER_BYTES + contract.sizeOf(message);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    throw new MalformedEvent('wrong-type', schemaId, error.message);
  }
  if (bytes < wanted) throw new MalformedEvent('truncated', schemaId, `${bytes} bytes of ${wanted}`);
  if (bytes > wanted)
    throw new MalformedEvent('trailing-bytes', schemaId, `${bytes - wanted} bytes too many`);
  return freeze(message);
}

/** A message is shared by everybody who reads it. */
function freeze<T>(value: T): T {
  if (value instanceof Uint8Array) return value;
  for (const key in value) {
    const part = value[key];
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) freeze(part);
  }
  return Object.freeze(value);
}
