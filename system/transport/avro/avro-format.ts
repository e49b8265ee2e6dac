/**
 * The messages' format in live mode: Avro by the library `avsc`, behind the header of Confluent's wire format.
 *
 *   0 | schema id, four bytes, big-endian | the message in Avro's binary encoding
 */
import avsc from 'avsc';
import { PortError } from '../../ports/errors.ts';
import {
  type EncodedEvent,
  type EventContract,
  type EventFormat,
  MalformedEvent,
} from '../../ports/event-codec.ts';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { BoundsError, createBoundsCheck } from './bounds.ts';
import { exactLong } from './exact-long.ts';

const MAGIC = 0;
const HEADER_BYTES = 5;

export function createAvroFormat({ maxBytes }: { readonly maxBytes: number }): EventFormat {
  const types = new Map<EventContract, avsc.Type>();

  function typeOf(contract: EventContract): avsc.Type {
    let type = types.get(contract);
    if (type === undefined) {
      type = libraryType(contract.schema);
      types.set(contract, type);
    }
    return type;
  }

  return {
    write(contract, schemaId, message): EncodedEvent {
      const bytes = HEADER_BYTES + contract.sizeOf(message);
      if (bytes > maxBytes)
        throw new PortError('invalid', 'events.encode', true, `${bytes} bytes, ${maxBytes} at most`);
      const payload = Buffer.alloc(bytes);
      payload[0] = MAGIC;
      payload.writeUInt32BE(schemaId, 1);
      const end = typeOf(contract).encode(message, payload, HEADER_BYTES);
      if (end === bytes) return { payload, bytes };
      const detail = `${contract.topic}: ${bytes} bytes were foretold, not ${end}`;
      throw new PortError('internal', 'events.encode', true, detail);
    },

    schemaIdOf,

    createReader(contract, writer) {
      const read = createBodyReader(typeOf(contract), writer);
      return (payload) => {
        const bytes = payload as Uint8Array;
        const id = schemaIdOf(bytes);
        if (bytes.length > maxBytes)
          throw new MalformedEvent('too-large', id, `${bytes.length} bytes, ${maxBytes} at most`);
        try {
          return read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
        } catch (error) {
          const reason = error instanceof BoundsError ? error.reason : 'wrong-type';
          throw new MalformedEvent(reason, id, (error as Error).message);
        }
      };
    },
  };
}

function schemaIdOf(payload: unknown): number {
  if (!(payload instanceof Uint8Array) || payload[0] !== MAGIC)
    throw new MalformedEvent('bad-magic', null, 'it does not begin with a zero byte');
  if (payload.length < HEADER_BYTES)
    throw new MalformedEvent('truncated', null, `it ends within its header of ${HEADER_BYTES} bytes`);
  return new DataView(payload.buffer, payload.byteOffset).getUint32(1);
}

function createBodyReader(reader: avsc.Type, schema: AvroSchema): (payload: Buffer) => unknown {
  try {
    const writer = libraryType(schema);
    const check = createBoundsCheck(writer);
    // Types are one by their unqualified names, as the specification says.
    const resolver = reader.createResolver(writer, { ignoreNamespaces: true });
    return (payload) => {
      check(payload, HEADER_BYTES);
      return plain(reader.decode(payload, HEADER_BYTES, resolver).value);
    };
  } catch (error) {
    throw new MalformedEvent('incompatible-schema', null, (error as Error).message);
  }
}

const libraryType = (schema: AvroSchema) =>
  avsc.Type.forSchema(schema as unknown as avsc.Schema, {
    omitRecordMethods: true,
    registry: { long: exactLong },
  });

/** The library's records as frozen objects of ours: what is null in a record is absent. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(plain));
  const given = value as Record<string, unknown>;
  const isMap = Object.getPrototypeOf(value) === Object.prototype;
  const made: Record<string, unknown> = {};
  for (const key of Object.keys(given)) if (isMap || given[key] !== null) made[key] = plain(given[key]);
  return Object.freeze(made);
}
