/**
 * The engines' ports as services see them where changes are journalled: a write is let in while the journal keeps up, goes
 * through the engine, which says what it changes, and is acknowledged once that is on disk.
 *
 *   service ──▶ [room?] ──▶ engine ▸ change ▸ journal ──▶ [on disk?] ──▶ service
 */
import type { Context } from '../ports/context.ts';
import type { EventConsumer, EventLog, EventProducer } from '../ports/event-log.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { WideColumnStore } from '../ports/wide-column-store.ts';
import type { WriteGate } from './write-gate.ts';

async function through<T>(
  gate: WriteGate,
  context: Context,
  operation: string,
  write: () => Promise<T>,
): Promise<T> {
  const entered = gate.enter(context, operation);
  if (entered !== null) await entered;
  const answer = await write();
  const written = gate.leave(context, operation);
  if (written !== null) await written;
  return answer;
}

export function journalledStore(store: WideColumnStore, gate: WriteGate): WideColumnStore {
  return {
    select: (context, statement) => store.select(context, statement),
    upsert: (context, statement) =>
      through(gate, context, 'cassandra.upsert', () => store.upsert(context, statement)),
    delete: (context, statement) =>
      through(gate, context, 'cassandra.delete', () => store.delete(context, statement)),
  };
}

export function journalledLog(log: EventLog, gate: WriteGate): EventLog {
  return {
    createProducer: (clientId) => journalledProducer(log.createProducer(clientId), gate),
    createConsumer: (clientId, options) => journalledConsumer(log.createConsumer(clientId, options), gate),
  };
}

function journalledProducer(producer: EventProducer, gate: WriteGate): EventProducer {
  return {
    send: (context, record) => through(gate, context, 'kafka.send', () => producer.send(context, record)),
  };
}

function journalledConsumer(consumer: EventConsumer, gate: WriteGate): EventConsumer {
  return {
    intake: consumer.intake,
    poll: (context, maxWaitMs) => consumer.poll(context, maxWaitMs),
    commit: (context) => through(gate, context, 'kafka.commit', () => consumer.commit(context)),
    assigned: () => consumer.assigned(),
    close: (context) => consumer.close(context),
  };
}

export function journalledIndex(index: SearchIndex, gate: WriteGate): SearchIndex {
  return {
    index: (context, name, id, document) =>
      through(gate, context, 'elasticsearch.index', () => index.index(context, name, id, document)),
    bulk: (context, name, operations) =>
      through(gate, context, 'elasticsearch.bulk', () => index.bulk(context, name, operations)),
    search: (context, request) => index.search(context, request),
    refresh: (context, name) => index.refresh(context, name),
  };
}

export function journalledObjects(store: ObjectStore, gate: WriteGate): ObjectStore {
  return {
    get: (context, key, options) => store.get(context, key, options),
    head: (context, key) => store.head(context, key),
    list: (context, request) => store.list(context, request),
    put: (context, key, object, options) =>
      through(gate, context, 's3.put', () => store.put(context, key, object, options)),
    delete: (context, key) => through(gate, context, 's3.delete', () => store.delete(context, key)),
  };
}
