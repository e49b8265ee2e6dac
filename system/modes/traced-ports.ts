/**
 * The engines' ports as services see them where requests are traced: each call of a sampled request leaves a span of what
 * it asked of whom, below the span of the service that made it. It stands outside all else that is put around a port, so
 * a span lasts as long as the service waited. Consumers and admins are left alone: what they do belongs to no request.
 *
 *   service ──▶ [follow] ──▶ (journal ──▶) engine ──▶ answer ──▶ span
 */
import type { EngineCall, Tracer } from '../observability/index.ts';
import type { Cache, CacheScript } from '../ports/cache.ts';
import type { EventLog, EventProducer, ProduceRequest } from '../ports/event-log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SchemaRegistry } from '../ports/schema-registry.ts';
import type { SearchIndex, SearchRequest } from '../ports/search-index.ts';
import type {
  DeleteStatement,
  SelectStatement,
  UpsertStatement,
  WideColumnStore,
} from '../ports/wide-column-store.ts';
import type { Machine } from '../runtime/kernel/index.ts';
import type { EnginePorts } from './services.ts';

export type FollowsCalls = Pick<Tracer, 'follow'>;

/** All ports that services have. */
export function tracedPorts(
  { cassandra, redis, kafka, elasticsearch }: EnginePorts,
  tracer: FollowsCalls,
): EnginePorts {
  return {
    cassandra: { connect: (client: Machine) => tracedStore(cassandra.connect(client), tracer) },
    redis: { connect: (client: Machine) => tracedCache(redis.connect(client), tracer) },
    kafka: { connect: (client: Machine) => tracedLog(kafka.connect(client), tracer) },
    elasticsearch: {
      connect: (client: Machine) => tracedIndex(elasticsearch.connect(client), tracer),
      admin: (client: Machine) => elasticsearch.admin(client),
    },
  };
}

export function tracedStore(store: WideColumnStore, tracer: FollowsCalls): WideColumnStore {
  return {
    select: (context, statement) =>
      tracer.follow(context, store.select(context, statement), selectCall, statement),
    upsert: (context, statement) =>
      tracer.follow(context, store.upsert(context, statement), upsertCall, statement),
    delete: (context, statement) =>
      tracer.follow(context, store.delete(context, statement), deleteCall, statement),
  };
}

export function tracedCache(cache: Cache, tracer: FollowsCalls): Cache {
  return {
    get: (context, key) => tracer.follow(context, cache.get(context, key), getCall, null),
    set: (context, key, value, options) =>
      tracer.follow(context, cache.set(context, key, value, options), setCall, null),
    delete: (context, key) => tracer.follow(context, cache.delete(context, key), delCall, null),
    increment: (context, key, by, ttlMs) =>
      tracer.follow(context, cache.increment(context, key, by, ttlMs), incrbyCall, null),
    pushFront: (context, key, value, keep, bytes) =>
      tracer.follow(context, cache.pushFront(context, key, value, keep, bytes), lpushCall, null),
    range: (context, key, count) =>
      tracer.follow(context, cache.range(context, key, count), lrangeCall, null),
    evaluate: (context, script) =>
      tracer.follow(context, cache.evaluate(context, script), scriptCall, script),
  };
}

export function tracedLog(log: EventLog, tracer: FollowsCalls): EventLog {
  return {
    createProducer(clientId): EventProducer {
      const producer = log.createProducer(clientId);
      return {
        send: (context, record) => tracer.follow(context, producer.send(context, record), sendCall, record),
      };
    },
    createConsumer: (clientId, options) => log.createConsumer(clientId, options),
  };
}

export function tracedIndex(index: SearchIndex, tracer: FollowsCalls): SearchIndex {
  return {
    index: (context, name, id, document) =>
      tracer.follow(context, index.index(context, name, id, document), indexCall, name),
    bulk: (context, name, operations) =>
      tracer.follow(context, index.bulk(context, name, operations), bulkCall, name),
    search: (context, request) => tracer.follow(context, index.search(context, request), searchCall, request),
    refresh: (context, name) => tracer.follow(context, index.refresh(context, name), refreshCall, name),
  };
}

export function tracedObjects(store: ObjectStore, tracer: FollowsCalls): ObjectStore {
  return {
    get: (context, key, options) =>
      tracer.follow(context, store.get(context, key, options), getObjectCall, null),
    head: (context, key) => tracer.follow(context, store.head(context, key), headObjectCall, null),
    put: (context, key, object, options) =>
      tracer.follow(context, store.put(context, key, object, options), putObjectCall, null),
    list: (context, request) => tracer.follow(context, store.list(context, request), listObjectsCall, null),
    delete: (context, key) => tracer.follow(context, store.delete(context, key), deleteObjectCall, null),
  };
}

/** What producers and consumers need of the registry: a process asks once for each schema, in the way of a request. */
export type SchemaSource = Pick<SchemaRegistry, 'register' | 'lookUp' | 'schemaById'>;

export function tracedRegistry(registry: SchemaSource, tracer: FollowsCalls): SchemaSource {
  return {
    register: (context, subject, schema) =>
      tracer.follow(context, registry.register(context, subject, schema), registerCall, subject),
    lookUp: (context, subject, schema) =>
      tracer.follow(context, registry.lookUp(context, subject, schema), lookUpCall, subject),
    schemaById: (context, id) =>
      tracer.follow(context, registry.schemaById(context, id), schemaByIdCall, null),
  };
}

// Names of attributes and their values: OpenTelemetry's semantic conventions 1.45 (databases, Kafka, S3, HTTP).

const selectCall = ({ table, consistency }: SelectStatement) => statementCall('SELECT', table, consistency);
const deleteCall = ({ table, consistency }: DeleteStatement) => statementCall('DELETE', table, consistency);

function upsertCall({ table, consistency, alsoRows, ifNotExists, ifEquals }: UpsertStatement): EngineCall {
  const operation = alsoRows !== undefined ? 'BATCH' : ifEquals !== undefined ? 'UPDATE' : 'INSERT';
  // What makes a lightweight transaction dear is its other level: four round trips in place of one.
  const conditional = ifNotExists === true || ifEquals !== undefined;
  return statementCall(operation, table, conditional ? 'SERIAL' : consistency);
}

function statementCall(operation: string, table: string, consistency: string): EngineCall {
  return {
    name: `cassandra.${operation.toLowerCase()} ${table}`,
    attributes: {
      'db.system.name': 'cassandra',
      'db.operation.name': operation,
      'db.collection.name': table,
      'cassandra.consistency.level': consistency.toLowerCase(),
    },
  };
}

const getCall = commandCall('GET');
const setCall = commandCall('SET');
const delCall = commandCall('DEL');
const incrbyCall = commandCall('INCRBY');
const lpushCall = commandCall('LPUSH');
const lrangeCall = commandCall('LRANGE');

function commandCall(command: string): () => EngineCall {
  const call: EngineCall = {
    name: `redis.${command.toLowerCase()}`,
    attributes: { 'db.system.name': 'redis', 'db.operation.name': command },
  };
  return () => call;
}

const scriptCall = ({ name }: CacheScript): EngineCall => ({
  name: `redis.evalsha ${name}`,
  attributes: {
    'db.system.name': 'redis',
    'db.operation.name': 'EVALSHA',
    'db.stored_procedure.name': name,
  },
});

/** Nobody goes on from this span where the record is read: a client's, and no producer's. */
const sendCall = ({ topic }: ProduceRequest, sent?: { readonly partition: number }): EngineCall => ({
  name: `kafka.send ${topic}`,
  attributes: {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    ...(sent === undefined ? {} : { 'messaging.destination.partition.id': String(sent.partition) }),
  },
});

const indexCall = (index: string) => endpointCall('index', index);
const bulkCall = (index: string) => endpointCall('bulk', index);
const searchCall = ({ index }: SearchRequest) => endpointCall('search', index);
const refreshCall = (index: string) => endpointCall('indices.refresh', index);

function endpointCall(endpoint: string, index: string): EngineCall {
  return {
    name: `elasticsearch.${endpoint} ${index}`,
    attributes: {
      'db.system.name': 'elasticsearch',
      'db.operation.name': endpoint,
      'db.collection.name': index,
    },
  };
}

const getObjectCall = objectCall('get', 'GetObject');
const headObjectCall = objectCall('head', 'HeadObject');
const putObjectCall = objectCall('put', 'PutObject');
const listObjectsCall = objectCall('list', 'ListObjectsV2');
const deleteObjectCall = objectCall('delete', 'DeleteObject');

function objectCall(operation: string, method: string): () => EngineCall {
  const call: EngineCall = {
    name: `s3.${operation}`,
    attributes: { 'rpc.system.name': 'aws-api', 'rpc.method': `S3/${method}` },
  };
  return () => call;
}

const registerCall = (subject: string): EngineCall => ({
  name: `schema-registry.register ${subject}`,
  attributes: { 'http.request.method': 'POST', 'url.template': '/subjects/{subject}/versions' },
});
const lookUpCall = (subject: string): EngineCall => ({
  name: `schema-registry.look-up ${subject}`,
  attributes: { 'http.request.method': 'POST', 'url.template': '/subjects/{subject}' },
});
const schemaByIdCall = (): EngineCall => ({
  name: 'schema-registry.schema-by-id',
  attributes: { 'http.request.method': 'GET', 'url.template': '/schemas/ids/{id}' },
});
