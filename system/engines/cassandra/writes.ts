/**
 * Writes and deletes: every replica gets them; the client hears of success as soon as the consistency level has been
 * met. Replicas that are down or stay silent get hints.
 */
import type { UpsertStatement } from '../../ports/wide-column-store.ts';
import type { Coordinator } from './coordinator.ts';
import { batchMutation, deleteMutation, type Mutation, upsertMutation } from './mutation.ts';
import { timestampOf } from './node.ts';
import { DELETE, type Operation, WRITE_ROUND } from './operation.ts';
import { WRITE } from './task.ts';

const APPLIED = { applied: true } as const;

export class Writes {
  /** Told of each mutation that replicas are about to apply. */
  onMutation: ((mutation: Mutation) => void) | null = null;
  readonly #coordinator: Coordinator;
  #origin = 0;

  constructor(coordinator: Coordinator) {
    this.#coordinator = coordinator;
  }

  begin(operation: Operation): void {
    const coordinator = this.#coordinator;
    const alive = coordinator.aliveReplicas(operation);
    if (alive < operation.needed) {
      coordinator.fail(operation, 'unavailable', true, `${alive} of ${operation.needed} replicas are up`);
      return;
    }
    const mutation =
      operation.kind === DELETE
        ? deleteMutation(
            operation,
            operation.command.prefix,
            operation.coordinator.nextTimestamp(),
            coordinator.nowNs,
          )
        : this.upsert(operation, this.#timestamp(operation));
    operation.mutation = mutation;
    operation.outcome = APPLIED;
    this.onMutation?.(mutation);
    coordinator.beginRound(operation, WRITE_ROUND, operation.needed);
    coordinator.sendToAll(operation, WRITE, mutation);
  }

  /** Numbers of writes up to this one are taken. */
  skipOrigins(upTo: number): void {
    this.#origin = Math.max(this.#origin, upTo);
  }

  #timestamp({ statement, coordinator }: Operation): number {
    const { timestampNs } = statement as UpsertStatement;
    return timestampNs === undefined ? coordinator.nextTimestamp() : timestampOf(timestampNs);
  }

  upsert(operation: Operation, timestamp: number): Mutation {
    const { row, alsoRows, ttlSeconds } = operation.statement as UpsertStatement;
    const { table, key, partition, hash } = operation;
    const target = { table, key, partition, hash };
    const { nowNs } = this.#coordinator;
    const one = upsertMutation(target, row, timestamp, nowNs, ttlSeconds, ++this.#origin);
    if (alsoRows === undefined || alsoRows.length === 0) return one;
    const others = alsoRows.map((other) =>
      upsertMutation(target, other, timestamp, nowNs, ttlSeconds, ++this.#origin),
    );
    return batchMutation(one, others, table.staticColumns);
  }
}
