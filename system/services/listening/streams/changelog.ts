/**
 * The state of a partition as it outlives its worker: steps, each a row together with the offset behind it, and now and
 * then a snapshot of everything, after which older steps may be overwritten.
 *
 *   steps      slot 0 … 63: step n in slot n mod 64, written if that slot still holds step n − 64
 *   snapshots  step n, who wrote it, pieces 0 … k
 *
 * That condition is the fence: of two workers that take the same partition for theirs, one appends step n; the other is
 * refused, however long ago it read, and has to read what the first one did.
 */
import type { Context } from '../../../ports/context.ts';
import { PortError } from '../../../ports/errors.ts';
import type { Row, WideColumnStore } from '../../../ports/wide-column-store.ts';
import { forEachBounded } from '../../consume.ts';
import type { PartitionState, Position, Step } from './partition-state.ts';
import { streamSnapshots, streamSteps } from './tables.ts';

export interface ChangelogOptions {
  readonly store: WideColumnStore;
  readonly stage: string;
  readonly partition: number;
  /** Tells the snapshots of this life of a worker from all others. */
  readonly writer: string;
  /** Steps that are kept; a snapshot is due after half as many. */
  readonly slots: number;
  /** Length of a snapshot's pieces, in UTF-16 units. */
  readonly pieceLength: number;
}

/** Pieces that are written at once. */
const CONCURRENCY = 4;

export class Changelog {
  readonly #options: ChangelogOptions;
  /** Step of the newest snapshot; 0: none. */
  #snapshot = 0;
  /** Older ones that are still there. */
  #obsolete: number[] = [];

  constructor(options: ChangelogOptions) {
    this.#options = options;
  }

  /**
   * Brings a new state to the last step. Returns that step; null: there is none, or a snapshot was taken after it, so
   * that whoever took it had told everybody.
   */
  async load(context: Context, state: PartitionState): Promise<Step | null> {
    const { store, stage, partition } = this.#options;
    const key = { partition: [stage, partition], consistency: 'QUORUM' } as const;
    // In this order: a snapshot that is written meanwhile is newer than every slot that was overwritten before.
    const steps = await store.select(context, { table: streamSteps.name, ...key });
    const snapshots = await store.select(context, { table: streamSnapshots.name, ...key });
    this.#restoreSnapshot(state, snapshots);
    let last: Step | null = null;
    const later = steps.filter((row) => (row.sequence as number) > this.#snapshot);
    for (const row of later.sort((a, b) => (a.sequence as number) - (b.sequence as number))) {
      const position = positionOf(row);
      if (position.sequence !== state.position.sequence + 1)
        throw new PortError(
          'internal',
          `stream ${stage}`,
          true,
          `step ${position.sequence} has no step before it`,
        );
      last = state.restore(position, row.body as string);
    }
    return last;
  }

  /** False: somebody else has taken this step. */
  async append(context: Context, { position, body }: Step): Promise<boolean> {
    const { store, stage, partition, slots } = this.#options;
    const { sequence } = position;
    const row: Row = {
      stage,
      log_partition: partition,
      slot: sequence % slots,
      ...rowOf(position),
      body,
    };
    const condition =
      sequence <= slots ? { ifNotExists: true } : { ifEquals: { sequence: sequence - slots } };
    const { applied } = await store.upsert(context, {
      table: streamSteps.name,
      row,
      consistency: 'QUORUM',
      ...condition,
    });
    return applied;
  }

  /** Whether steps would be overwritten soon that no snapshot covers. */
  isSnapshotDue({ sequence }: Position): boolean {
    return sequence - this.#snapshot >= this.#options.slots / 2;
  }

  /** Writes the state as it is after its last step, of which everybody has been told. */
  async writeSnapshot(context: Context, state: PartitionState): Promise<void> {
    const { store, stage, partition, writer, pieceLength } = this.#options;
    const { position } = state;
    const pieces = cut(state.snapshot(), pieceLength);
    await forEachBounded([...pieces.entries()], CONCURRENCY, ([piece, body]) => {
      const row: Row = {
        stage,
        log_partition: partition,
        writer,
        piece,
        pieces: pieces.length,
        ...rowOf(position),
        body,
      };
      return store.upsert(context, { table: streamSnapshots.name, row, consistency: 'QUORUM' });
    });
    if (this.#snapshot > 0) this.#obsolete.push(this.#snapshot);
    this.#snapshot = position.sequence;
    for (const sequence of this.#obsolete) {
      await store.delete(context, {
        table: streamSnapshots.name,
        partition: [stage, partition],
        clusteringPrefix: [sequence],
        consistency: 'QUORUM',
      });
    }
    this.#obsolete = [];
  }

  #restoreSnapshot(state: PartitionState, rows: readonly Row[]): void {
    const snapshots = new Map<string, Row[]>();
    for (const row of rows) {
      const name = `${row.sequence} ${row.writer}`;
      const pieces = snapshots.get(name);
      if (pieces === undefined) snapshots.set(name, [row]);
      else pieces.push(row);
    }
    let newest: readonly Row[] = [];
    this.#snapshot = 0;
    for (const pieces of snapshots.values()) {
      const sequence = pieces[0]!.sequence as number;
      if (pieces.length !== pieces[0]!.pieces || sequence <= this.#snapshot) continue;
      newest = pieces;
      this.#snapshot = sequence;
    }
    const older = rows.map(({ sequence }) => sequence as number).filter((of) => of < this.#snapshot);
    this.#obsolete = [...new Set(older)];
    if (newest.length === 0) return;
    const inOrder = newest.toSorted((a, b) => (a.piece as number) - (b.piece as number));
    state.restore(positionOf(newest[0]!), inOrder.map(({ body }) => body).join(''));
  }
}

/** Pieces of this length, or one more where a character of two units would be torn. */
export function cut(text: string, length: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  do {
    let until = Math.min(text.length, from + length);
    const last = text.charCodeAt(until - 1);
    if (until < text.length && last >= 0xd800 && last < 0xdc00) until++;
    pieces.push(text.slice(from, until));
    from = until;
  } while (from < text.length);
  return pieces;
}

function rowOf(position: Position): Row {
  const { sequence, nextOffset, latestNs, watermarkNs, late, repeated, filtered, malformed } = position;
  return {
    sequence,
    next_offset: nextOffset,
    latest_ns: latestNs,
    watermark_ns: watermarkNs,
    late,
    repeated,
    filtered,
    malformed,
  };
}

function positionOf(row: Row): Position {
  return {
    sequence: row.sequence as number,
    nextOffset: row.next_offset as number,
    latestNs: row.latest_ns as number,
    watermarkNs: row.watermark_ns as number,
    late: row.late as number,
    repeated: row.repeated as number,
    filtered: row.filtered as number,
    malformed: row.malformed as number,
  };
}
