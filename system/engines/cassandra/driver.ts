/**
 * The driver on a client's machine: knows the ring, sends each request to one of the partition's replicas (token-aware),
 * notices at once when a node's connection breaks, hears over its control connection whom the nodes have convicted
 * (docs.datastax.com, 'Reconnection policies': gossip's status changes), and checks statements before they leave.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type {
  ColumnValue,
  ConsistencyLevel,
  DeleteStatement,
  Row,
  SelectStatement,
  UpsertStatement,
  WideColumnStore,
  WriteOutcome,
} from '../../ports/wide-column-store.ts';
import type { KeyedRandom, Machine, PendingCall, Simulation } from '../../runtime/kernel/index.ts';
import type { Coordinator } from './coordinator.ts';
import { tokenHigh, tokenLow } from './murmur3.ts';
import type { ClusterNode } from './node.ts';
import { DELETE, SELECT, TRANSACTION, UPSERT } from './operation.ts';
import type { TokenRing } from './ring.ts';
import { invalid, type Table } from './schema.ts';
import type { ReadCommand } from './slice.ts';

const NO_PREFIX: readonly ColumnValue[] = [];
const WHOLE: ReadCommand = { prefix: NO_PREFIX, limit: Number.POSITIVE_INFINITY, staticOnly: false };

export function neededReplicas(consistency: ConsistencyLevel, replicas: number): number {
  switch (consistency) {
    case 'ONE':
      return 1;
    case 'TWO':
      return 2;
    case 'QUORUM':
      return (replicas >> 1) + 1;
    case 'ALL':
      return replicas;
  }
}

export interface DriverDependencies {
  readonly simulation: Simulation;
  readonly tables: ReadonlyMap<string, Table>;
  readonly ring: TokenRing;
  readonly coordinator: Coordinator;
  readonly random: KeyedRandom;
}

export class Driver implements WideColumnStore {
  readonly #simulation: Simulation;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #ring: TokenRing;
  readonly #coordinator: Coordinator;
  readonly #random: KeyedRandom;
  readonly #machine: Machine;
  readonly #abandon: (id: number) => void;

  constructor(machine: Machine, dependencies: DriverDependencies) {
    this.#machine = machine;
    this.#simulation = dependencies.simulation;
    this.#tables = dependencies.tables;
    this.#ring = dependencies.ring;
    this.#coordinator = dependencies.coordinator;
    this.#random = dependencies.random;
    this.#abandon = (id) => dependencies.coordinator.abandoned(id);
  }

  select(context: Context, statement: SelectStatement): Promise<readonly Row[]> {
    const call = this.#simulation.open<readonly Row[]>(context, 'cassandra.select');
    if (call.settled) return call.promise;
    const { partition, clusteringPrefix, staticOnly, limit, count, consistency } = statement;
    const table = this.#tables.get(statement.table);
    const problem =
      table === undefined
        ? unknown(statement.table, call.operation)
        : table.checkPartition(partition, clusteringPrefix, call.operation);
    if (problem !== null) {
      call.reject(problem);
      return call.promise;
    }
    const command: ReadCommand = {
      prefix: clusteringPrefix ?? NO_PREFIX,
      limit: limit ?? Number.POSITIVE_INFINITY,
      staticOnly: staticOnly === true,
      count: count === true,
    };
    this.#send(call as PendingCall<unknown>, SELECT, table!, partition, command, consistency, null);
    return call.promise;
  }

  upsert(context: Context, statement: UpsertStatement): Promise<WriteOutcome> {
    const call = this.#simulation.open<WriteOutcome>(context, 'cassandra.upsert');
    if (call.settled) return call.promise;
    const table = this.#tables.get(statement.table);
    const problem =
      table === undefined
        ? unknown(statement.table, call.operation)
        : checkRows(table, statement, call.operation);
    if (problem !== null) {
      call.reject(problem);
      return call.promise;
    }
    const { row, ifNotExists, ifEquals, consistency } = statement;
    const partition = table!.partitionOf(row);
    const conditional = ifNotExists === true || ifEquals !== undefined;
    const kind = conditional ? TRANSACTION : UPSERT;
    const command = conditional ? conditionRead(table!, row) : WHOLE;
    this.#send(call as PendingCall<unknown>, kind, table!, partition, command, consistency, statement);
    return call.promise;
  }

  delete(context: Context, statement: DeleteStatement): Promise<WriteOutcome> {
    const call = this.#simulation.open<WriteOutcome>(context, 'cassandra.delete');
    if (call.settled) return call.promise;
    const { partition, clusteringPrefix, consistency } = statement;
    const table = this.#tables.get(statement.table);
    const problem =
      table === undefined
        ? unknown(statement.table, call.operation)
        : table.checkPartition(partition, clusteringPrefix, call.operation);
    if (problem !== null) {
      call.reject(problem);
      return call.promise;
    }
    const command = clusteringPrefix === undefined ? WHOLE : { ...WHOLE, prefix: clusteringPrefix };
    this.#send(call as PendingCall<unknown>, DELETE, table!, partition, command, consistency, statement);
    return call.promise;
  }

  #send(
    call: PendingCall<unknown>,
    kind: number,
    table: Table,
    partition: readonly ColumnValue[],
    command: ReadCommand,
    consistency: ConsistencyLevel,
    statement: UpsertStatement | DeleteStatement | null,
  ): void {
    const { context } = call;
    table.computeToken(partition);
    const hash = tokenLow;
    const replicas = this.#ring.replicas(tokenHigh, hash);
    const node = this.#pick(replicas, hash, context);
    if (node === null) {
      call.reject(
        new PortError('unavailable', call.operation, true, 'no node of the cluster can be reached'),
      );
      return;
    }
    const operation = this.#coordinator.pool.acquire();
    operation.reset();
    operation.kind = kind;
    operation.call = call;
    operation.context = context;
    operation.statement = statement;
    operation.table = table;
    operation.key = table.keyOf(partition);
    operation.partition = partition;
    operation.hash = hash;
    operation.command = command;
    operation.replicas = replicas;
    operation.needed = neededReplicas(consistency, replicas.length);
    operation.coordinator = node;
    operation.client = this.#machine.id;
    operation.request = context.request;
    // Two statements of one request on the same partition shall not draw the same times.
    const flavour = Math.imul(table.index * 4 + kind + 1, 0x9e37) ^ hash;
    operation.salt = ((context.attempt & 15) << 24) | ((flavour & 0xffff) << 8);
    call.cancelArgument = operation.id;
    call.onCancel = this.#abandon;
    this.#coordinator.submit(operation);
  }

  /** One of the replicas that take connections, else any such node; null: none. */
  #pick(replicas: readonly number[], hash: number, context: Context): ClusterNode | null {
    const { nodes, gossip } = this.#coordinator;
    const client = this.#machine.id;
    const first = this.#random.integer(replicas.length, hash, context.request, context.attempt);
    for (let k = 0; k < replicas.length; k++) {
      const node = nodes[replicas[(first + k) % replicas.length]!]!;
      if (node.serving && gossip.toldUp(client, node)) return node;
    }
    const any = this.#random.integer(nodes.length, hash, context.request, context.attempt);
    for (let k = 0; k < nodes.length; k++) {
      const node = nodes[(any + k) % nodes.length]!;
      if (node.serving && gossip.toldUp(client, node)) return node;
    }
    return null;
  }
}

function checkRows(table: Table, statement: UpsertStatement, operation: string): PortError | null {
  const { row, alsoRows, timestampNs, ifNotExists, ifEquals } = statement;
  if (timestampNs !== undefined && (ifNotExists === true || ifEquals !== undefined))
    return invalid(operation, 'a lightweight transaction has its own timestamp');
  const wrong = table.checkRow(row, operation);
  if (wrong !== null || alsoRows === undefined) return wrong;
  const key = table.keyOf(table.partitionOf(row));
  for (const other of alsoRows) {
    const problem = table.checkRow(other, operation);
    if (problem !== null) return problem;
    if (table.keyOf(table.partitionOf(other)) !== key)
      return invalid(operation, `a batch of ${table.name} stays within one partition`);
  }
  return null;
}

/** What a condition looks at: the row, or the static columns. */
function conditionRead(table: Table, row: Row): ReadCommand {
  const clustering = table.clusteringOf(row);
  const isStatic = clustering.some((value) => value === undefined || value === null);
  return isStatic
    ? { prefix: NO_PREFIX, limit: 1, staticOnly: true }
    : { prefix: clustering, limit: 1, staticOnly: false };
}

function unknown(table: string, operation: string): PortError {
  return invalid(operation, `there is no table '${table}'`);
}
