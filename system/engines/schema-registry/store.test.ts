import { expect, test } from 'vitest';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import { parseSchema } from './schema.ts';
import { type RegistryChange, SchemaStore } from './store.ts';

const ALWAYS = Number.POSITIVE_INFINITY;
const play = (...more: unknown[]): AvroSchema => ({
  type: 'record',
  name: 'Play',
  fields: [{ name: 'trackId', type: 'string' }, ...more],
});
const [first, second, third] = ['a', 'b', 'c'].map((name) => play({ name, type: 'int', default: 0 })) as [
  AvroSchema,
  AvroSchema,
  AvroSchema,
];
const append = (store: SchemaStore, subject: string, schema: AvroSchema) =>
  store.append(subject, schema, parseSchema(schema), 0);

/** What a journal would have kept: each change as a clone. */
function journalled(store: SchemaStore): RegistryChange[] {
  const changes: RegistryChange[] = [];
  store.onChange((change) => changes.push(structuredClone(change) as RegistryChange));
  return changes;
}

function restored(changes: Iterable<unknown>): SchemaStore {
  const store = new SchemaStore('BACKWARD');
  for (const change of changes) store.restore(change);
  return store;
}

const contentOf = (store: SchemaStore) => ({
  subjects: store
    .subjects(ALWAYS)
    .map((subject) => [store.versions(subject, ALWAYS), store.level(subject, ALWAYS)]),
  byId: [1, 2, 3, 4].map((id) => store.schemaById(id, ALWAYS)),
  level: store.level(null, ALWAYS),
});

test('after a restart every id means what it meant, from the journal and from a snapshot', () => {
  const store = new SchemaStore('BACKWARD');
  const changes = journalled(store);
  append(store, 'plays-value', first);
  append(store, 'skips-value', first);
  append(store, 'plays-value', second);
  append(store, 'skips-value', third);
  store.setLevel('plays-value', 'FULL', 0);
  store.setLevel(null, 'NONE', 0);
  store.setLevel('plays-value', 'FORWARD', 0);
  expect(changes).toHaveLength(7);
  expect(contentOf(restored(changes))).toEqual(contentOf(store));
  expect(contentOf(restored(structuredClone([...store.changes()])))).toEqual(contentOf(store));
  expect(contentOf(restored([...changes, ...changes]))).toEqual(contentOf(store));
});

test('a schema that is there from the start comes after those of an earlier process', () => {
  const before = new SchemaStore('BACKWARD');
  before.preload('plays-value', first);
  const changes = journalled(before);
  expect(before.schemaById(1, ALWAYS)).toEqual(first);
  expect(changes).toHaveLength(1);
  const after = new SchemaStore('BACKWARD');
  after.preload('plays-value', second);
  after.preload('skips-value', first);
  for (const change of changes) after.restore(change);
  expect(after.versions('plays-value', ALWAYS).map(({ id, schema }) => [id, schema])).toEqual([
    [1, first],
    [2, second],
  ]);
  expect(after.versions('skips-value', ALWAYS)).toMatchObject([{ id: 1 }]);
  expect(after.size).toBe(2);
});

test('what was registered before anybody listened is told when somebody does', () => {
  const store = new SchemaStore('BACKWARD');
  store.preload('plays-value', first);
  expect(store.size).toBe(1);
  expect(journalled(store)).toMatchObject([['schema', { subject: 'plays-value', version: 1, id: 1 }]]);
});

test('a journal that contradicts what is there is an error, not another meaning of an id', () => {
  const store = new SchemaStore('BACKWARD');
  append(store, 'plays-value', first);
  const change = ['schema', { subject: 'plays-value', version: 1, id: 1, schema: second }];
  expect(() => store.restore(change)).toThrow(/another schema than before/);
});

test('a follower sees what is older than its lag', () => {
  const store = new SchemaStore('BACKWARD');
  store.append('plays-value', first, parseSchema(first), 1_000);
  store.setLevel(null, 'FULL', 1_000);
  expect(store.versions('plays-value', 999)).toEqual([]);
  expect(store.schemaById(1, 999)).toBeUndefined();
  expect(store.subjects(999)).toEqual([]);
  expect(store.level('plays-value', 999)).toBe('BACKWARD');
  expect(store.versions('plays-value', 1_000)).toHaveLength(1);
  expect(store.level('plays-value', 1_000)).toBe('FULL');
});
