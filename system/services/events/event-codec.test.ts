import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventContracts } from '../../contracts/avro/events.ts';
import { type EventSchema, readEvents } from '../../contracts/avro/generate.ts';
import { arbitraryEvent } from '../../contracts/avro/test-messages.ts';
import { PLAYS } from '../../contracts/topics.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type EncodedEvent,
  type EventCodec,
  type EventContract,
  MalformedEvent,
} from '../../ports/event-codec.ts';
import { exactLong } from '../../transport/avro/exact-long.ts';
import { createTestBench } from '../test-bench.ts';
import {
  contractOf,
  createCodecs,
  DAMAGES,
  type FormatUnderTest,
  formatsUnderTest,
  playOf,
  playsWith,
  UNKNOWN_ID,
} from './test-formats.ts';

const recordOf = ({ schema }: EventContract) =>
  schema as unknown as { readonly name: string; readonly fields: readonly { readonly name: string }[] };
const PLAY_FIELDS = recordOf(contractOf(PLAYS)).fields;

/** A later version of the plays; its messages take the bytes that the library writes. */
function otherPlays(fields: readonly unknown[]): EventContract {
  const type = avsc.Type.forSchema({ type: 'record', name: 'Play', fields } as avsc.Schema, {
    registry: { long: exactLong },
  });
  return playsWith(fields, (message) => type.toBuffer(message).length);
}

function setUp(format: FormatUnderTest, options: Parameters<typeof createCodecs>[2] = {}) {
  const bench = createTestBench();
  const codecs = createCodecs(bench, format, options);
  /** A process of its own, which knows these contracts. */
  const process = (name: string, contracts = eventContracts) => {
    const machine = bench.machine(name);
    const codec: EventCodec = codecs.codecFor(machine, contracts);
    const context = () => bench.context(machine.life);
    return {
      codec,
      encode: (topic: string, message: unknown): Promise<EncodedEvent> =>
        bench.finish(Promise.resolve(codec.encode(context(), topic, message))),
      decode: (topic: string, payload: unknown): Promise<unknown> =>
        bench.finish(Promise.resolve(codec.decode(context(), topic, payload))),
    };
  };
  return { ...codecs, bench, process, ...process('process') };
}

async function failure(work: Promise<unknown>): Promise<PortError> {
  const error = await work.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PortError);
  return error as PortError;
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

/** The first message of each kind asks the registry; then both calls answer at once. */
async function survives(format: FormatUnderTest, event: EventSchema): Promise<void> {
  const contract = eventContracts.find((one) => recordOf(one).name === event.name)!;
  const { topic } = contract;
  const { bench, codec, encode, decode } = setUp(format);
  const [first] = fc.sample(arbitraryEvent(event), { seed: 1, numRuns: 1 });
  await decode(topic, (await encode(topic, first)).payload);
  const context = bench.context();
  fc.assert(
    fc.property(arbitraryEvent(event), (message) => {
      const { payload, bytes } = codec.encode(context, topic, message) as EncodedEvent;
      expect(bytes).toBe(5 + contract.sizeOf(message));
      if (payload instanceof Uint8Array) expect(payload.length).toBe(bytes);
      const decoded = codec.decode(context, topic, payload);
      expect(decoded).toEqual(message);
      expect(isFrozen(decoded)).toBe(true);
      expect(codec.schemaIdOf(payload)).toBe(1);
    }),
    { seed: 31, numRuns: 60 },
  );
}

describe.each(formatsUnderTest)('$name', (format) => {
  test.each(readEvents())('$name: every message survives encoding, in the bytes foretold', (event) =>
    survives(format, event),
  );

  test('a message that does not fit is refused, and the field named', async () => {
    const { encode } = setUp(format);
    const misfit = { ...playOf(1), trackId: 7 };
    const error = await failure(encode(PLAYS, misfit));
    expect(error.kind).toBe('invalid');
    expect(error.message).toContain('Play.trackId must be a text, not 7');
    await encode(PLAYS, playOf(1));
    expect((await failure(encode(PLAYS, misfit))).message).toBe(error.message);
    expect((await failure(encode('nothing', {}))).message).toContain("the topic 'nothing' has no schema");
  });

  test('a message that is too large is refused on both sides', async () => {
    const large = { ...playOf(1), trackId: 'x'.repeat(200) };
    const generous = setUp(format);
    const { payload } = await generous.encode(PLAYS, large);
    const strict = setUp(format, { events: { maxBytes: 100 } });
    expect((await failure(strict.encode(PLAYS, large))).message).toContain('100 at most');
    await strict.encode(PLAYS, playOf(1));
    expect(await failure(strict.decode(PLAYS, payload))).toMatchObject({ reason: 'too-large', schemaId: 1 });
  });

  test('a damaged message is malformed, and says how', async () => {
    const { encode, decode } = setUp(format);
    const { payload } = await encode(PLAYS, playOf(3));
    for (const damage of DAMAGES) {
      const error = await failure(decode(PLAYS, format.damage(payload, damage)));
      expect(error).toBeInstanceOf(MalformedEvent);
      const schemaId = damage === 'bad-magic' ? null : damage === 'unknown-schema' ? UNKNOWN_ID : 1;
      expect(error).toMatchObject({ kind: 'invalid', reason: damage, schemaId });
    }
    expect(await decode(PLAYS, payload)).toEqual(playOf(3));
  });

  test('what no encoder made is malformed', async () => {
    const { decode, codec } = setUp(format);
    for (const value of [null, undefined, 7, 'text', {}, [], new Uint8Array(0), Uint8Array.of(9, 0)]) {
      expect(await failure(decode(PLAYS, value))).toMatchObject({ reason: 'bad-magic', schemaId: null });
      expect(codec.schemaIdOf(value)).toBeNull();
    }
  });

  test('a reader fills in what an older writer did not know, and leaves out what a newer one knows', async () => {
    const { process } = setUp(format, { registry: { compatibility: 'NONE' } });
    const newer = otherPlays([
      ...PLAY_FIELDS.filter(({ name }) => name !== 'skipped'),
      { name: 'song', type: 'string', default: 'none' },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: ['a'] },
      { name: 'device', type: ['null', 'string'], default: null },
    ]);
    const [old, young] = [process('old'), process('young', [newer])];
    const { skipped: _, ...rest } = playOf(5);
    const written = await old.encode(PLAYS, playOf(5));
    const read = await young.decode(PLAYS, written.payload);
    expect(read).toEqual({ ...rest, song: 'none', tags: ['a'] });
    expect(isFrozen(read)).toBe(true);
    const modern = { ...rest, song: 'a song', tags: [], device: 'phone' };
    const answer = await young.encode(PLAYS, modern);
    expect(young.codec.schemaIdOf(answer.payload)).toBe(2);
    expect(await young.decode(PLAYS, answer.payload)).toEqual(modern);
    // The older version needs `skipped`, which the newer one does not write.
    const refused = await failure(old.decode(PLAYS, answer.payload));
    expect(refused).toMatchObject({ reason: 'incompatible-schema', schemaId: 2 });
    expect(refused.message).toContain('skipped');
  });

  test('a field is found under its old name by an alias, and a record by its', async () => {
    const { process } = setUp(format, { registry: { compatibility: 'NONE', followerLagMs: 0 } });
    const fields = PLAY_FIELDS.map((field) =>
      field.name === 'trackId' ? { name: 'songId', aliases: ['trackId'], type: 'string' } : field,
    );
    const written = await process('old').encode(PLAYS, playOf(5));
    const { trackId, ...rest } = playOf(5);
    const young = process('young', [otherPlays(fields)]);
    expect(await young.decode(PLAYS, written.payload)).toEqual({ ...rest, songId: trackId });
    const renamed = { ...otherPlays(PLAY_FIELDS) };
    const schema = {
      type: 'record',
      name: 'Listen',
      aliases: ['rehearsal.events.Play'],
      fields: PLAY_FIELDS,
    };
    const other = process('renamed', [{ ...renamed, schema }]);
    expect(await other.decode(PLAYS, written.payload)).toEqual(playOf(5));
  });

  test('a schema is registered once and asked for once in the life of a process', async () => {
    const { bench, codec, requests, encode, decode } = setUp(format);
    await decode(PLAYS, (await encode(PLAYS, playOf(1))).payload);
    const asked = requests();
    const context = bench.context();
    for (let i = 0; i < 100; i++) {
      const { payload } = codec.encode(context, PLAYS, playOf(i)) as EncodedEvent;
      expect(codec.decode(context, PLAYS, payload)).toEqual(playOf(i));
    }
    await bench.run(1);
    expect(requests()).toBe(asked);
  });

  test('a schema that breaks the level is refused where it is used first', async () => {
    const { registry, process } = setUp(format);
    registry.preload(`${PLAYS}-value`, contractOf(PLAYS).schema);
    const broken = process('broken', [otherPlays([...PLAY_FIELDS, { name: 'country', type: 'string' }])]);
    const error = await failure(broken.encode(PLAYS, { ...playOf(1), country: 'x' }));
    expect(error.kind).toBe('conflict');
    expect(error.message).toContain("field 'country' (missing-default)");
  });

  test('where producers may not register, an unregistered schema cannot be used', async () => {
    const { registry, encode } = setUp(format, { events: { autoRegister: false } });
    expect((await failure(encode(PLAYS, playOf(1)))).kind).toBe('not-found');
    registry.preload(`${PLAYS}-value`, contractOf(PLAYS).schema);
    expect((await encode(PLAYS, playOf(1))).bytes).toBeGreaterThan(5);
  });

  test('without the registry a message of a new schema is not malformed: it will be readable', async () => {
    const { registry, process, decode } = setUp(format);
    const { payload } = await process('other').encode(PLAYS, playOf(1));
    for (const { machine } of registry.nodes) machine.crash();
    const error = await failure(decode(PLAYS, payload));
    expect(error).not.toBeInstanceOf(MalformedEvent);
    expect(error.kind).toBe('unavailable');
    for (const { machine } of registry.nodes) machine.restart();
    expect(await decode(PLAYS, payload)).toEqual(playOf(1));
  });

  test('an id that a node does not know yet is asked for again soon, one that stays unknown ever less often', async () => {
    const { bench, process, requests } = setUp(format, { registry: { followerLagMs: 50 } });
    const { payload } = await process('writer').encode(PLAYS, playOf(1));
    const readers = ['one', 'two'].map((name) => process(name));
    const read = () =>
      Promise.all(readers.map(({ decode }) => decode(PLAYS, payload).catch((error) => error)));
    const early = await read();
    // They asked different nodes, of which one leads.
    expect(early.filter((outcome) => outcome instanceof MalformedEvent)).toHaveLength(1);
    const pass = async (seconds: number) => {
      bench.simulation.after(seconds * 1e9, () => {});
      await bench.run(seconds);
    };
    await pass(0.2);
    expect(await read()).toEqual([playOf(1), playOf(1)]);
    const unknown = format.damage(payload, 'unknown-schema');
    const before = requests();
    for (let i = 0; i < 300; i++) {
      await failure(readers[0]!.decode(PLAYS, unknown));
      await pass(0.1);
    }
    // Half a minute: after 0.1, 0.2, 0.4 … 6.4 s, then every ten.
    expect(requests() - before).toBeLessThan(11);
    expect(requests() - before).toBeGreaterThan(5);
  });

  test('an id that nobody knows is asked for once, and again when some time has passed', async () => {
    const { bench, encode, decode, requests } = setUp(format, { events: { refusalMs: 5_000 } });
    const unknown = format.damage((await encode(PLAYS, playOf(1))).payload, 'unknown-schema');
    await failure(decode(PLAYS, unknown));
    const asked = requests();
    for (let i = 0; i < 5; i++)
      expect(await failure(decode(PLAYS, unknown))).toMatchObject({ reason: 'unknown-schema' });
    expect(requests()).toBe(asked);
    bench.simulation.after(6e9, () => {});
    await bench.run(6);
    await failure(decode(PLAYS, unknown));
    expect(requests()).toBeGreaterThan(asked);
  });
});

test('both formats foretell the same bytes', async () => {
  const sizes = await Promise.all(
    formatsUnderTest.map(async (format) => {
      const { encode } = setUp(format);
      return (await encode(PLAYS, playOf(12_345))).bytes;
    }),
  );
  expect(sizes[0]).toBe(sizes[1]);
});
