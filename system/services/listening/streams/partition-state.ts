/**
 * What a job knows of one partition of its source: how far it has read, the watermark, the windows. It takes records in
 * and says what has changed, as a step; the same steps in the same order make the same state again.
 *
 *   records ─▶ [seen before?] ─▶ [distinct] ─▶ windows ─▶ step: position, changes, what came too late
 */
import type { LogRecord } from '../../../ports/event-log.ts';
import { type Event, holdsAny } from './aggregates.ts';
import type { AlignedWindows } from './aligned-windows.ts';
import { Distinct, type Encoded } from './distinct.ts';
import type { Stage } from './stage.ts';
import type { Changes, Windows } from './windows.ts';

/** How far a partition has been read, and what was counted on the way. */
export interface Position {
  /** Steps so far. */
  readonly sequence: number;
  readonly nextOffset: number;
  /** Latest time seen; -1: none. */
  readonly latestNs: number;
  /** -1: none. */
  readonly watermarkNs: number;
  /** Records that came too late for all their windows. */
  readonly late: number;
  /** Records that repeated another one. */
  readonly repeated: number;
  /** Records of which no condition of the job holds. */
  readonly filtered: number;
  /** Records without key, time or a field that an aggregate is of. */
  readonly malformed: number;
}

export interface Step {
  readonly position: Position;
  /** All that has to be written down. */
  readonly body: string;
  /** The changed windows alone, as they stand in it; '' where they are no parts of windows. */
  readonly windows: string;
  readonly changes: Changes;
  /** Records that came too late. */
  readonly late: readonly Event[];
}

/** Parts of windows on their way to be merged: a step of a partition of the source. */
export interface PartialWindows {
  readonly partition: number;
  readonly sequence: number;
  readonly watermarkNs: number;
  readonly windows: string;
}

interface Body {
  readonly windows: unknown;
  /**
   * Numbers with whose they are. State that was written before they had owners has `distinct` instead, which is left: what
   * an app repeats just then may count twice, but nobody's plays are taken for another one's.
   */
  readonly seen?: Encoded;
  readonly late?: readonly Event[];
  /** Of the partitions whose parts are merged: number, sequence, watermark; flat. */
  readonly parts?: readonly number[];
}

const START: Position = {
  sequence: 0,
  nextOffset: 0,
  latestNs: -1,
  watermarkNs: -1,
  late: 0,
  repeated: 0,
  filtered: 0,
  malformed: 0,
};

export class PartitionState {
  position: Position = START;
  readonly windows: Windows;
  readonly #stage: Stage;
  readonly #distinct: Distinct | null;
  /** By partition whose parts are merged. */
  readonly #parts = new Map<number, { sequence: number; watermarkNs: number }>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.windows = stage.createWindows();
    this.#distinct = stage.distinctNs > 0 ? new Distinct(stage.distinctNs) : null;
  }

  /** Takes in what it has not seen; null: that is nothing. */
  take(records: readonly LogRecord[]): Step | null {
    this.windows.drop();
    const late: Event[] = [];
    const position = this.#stage.kind === 'merge' ? this.#merge(records) : this.#fold(records, late);
    return position === null ? null : this.#step(position, late);
  }

  /** The watermark moves without a record. */
  moveWatermark(watermarkNs: number): Step | null {
    if (watermarkNs <= this.position.watermarkNs) return null;
    this.windows.drop();
    return this.#step({ ...this.position, sequence: this.position.sequence + 1, watermarkNs }, []);
  }

  /** A step or snapshot that was written down. Returns the step. */
  restore(position: Position, body: string): Step {
    const { windows, seen, late = [], parts = [] } = JSON.parse(body) as Body;
    this.windows.drop();
    this.windows.restore(windows);
    if (seen !== undefined) this.#distinct?.restore(seen);
    for (let i = 0; i < parts.length; i += 3)
      this.#parts.set(parts[i]!, { sequence: parts[i + 1]!, watermarkNs: parts[i + 2]! });
    this.windows.close(position.watermarkNs);
    this.position = position;
    const changes = this.windows.take();
    this.#forget();
    return { position, body, windows: this.#textOf(windows), changes, late };
  }

  snapshot(): string {
    const body: Body = {
      windows: this.windows.encodeAll(),
      ...(this.#distinct === null ? {} : { seen: this.#distinct.encodeAll() }),
      ...this.#encodeParts(),
    };
    return JSON.stringify(body);
  }

  #step(position: Position, late: readonly Event[]): Step {
    const { windows } = this;
    windows.close(position.watermarkNs);
    this.position = position;
    const changes = windows.take();
    const seen = this.#distinct?.take() ?? [];
    const encoded = windows.encode(changes);
    const body = JSON.stringify({
      windows: encoded,
      ...(seen.length === 0 ? {} : { seen }),
      ...(late.length === 0 ? {} : { late }),
      ...this.#encodeParts(),
    });
    this.#forget();
    return { position, body, windows: this.#textOf(encoded), changes, late };
  }

  /** Only parts of windows are sent as text. */
  #textOf(windows: unknown): string {
    return this.#stage.kind === 'partial' ? JSON.stringify(windows) : '';
  }

  /** Parts of windows are nobody's state once they are written down. */
  #forget(): void {
    if (this.#stage.kind === 'partial') (this.windows as AlignedWindows).clear();
  }

  #fold(records: readonly LogRecord[], lateEvents: Event[]): Position | null {
    const { keyField, timeField, distinctField, ownerField, outOfOrderNs, folding, job } = this.#stage;
    const { where } = job;
    const { windows, position } = this;
    const distinct = this.#distinct;
    let { nextOffset, latestNs, watermarkNs, late, repeated, filtered, malformed } = position;
    for (const { offset, value } of records) {
      if (offset < nextOffset) continue;
      nextOffset = offset + 1;
      const event = value as Event;
      const key = event?.[keyField];
      const timeNs = event?.[timeField] as number;
      const number = distinct === null ? 0 : (event?.[distinctField] as number);
      const owner = distinct === null ? '' : event?.[ownerField];
      if (
        typeof key !== 'string' ||
        typeof owner !== 'string' ||
        !isTime(timeNs) ||
        !Number.isFinite(number) ||
        !folding.fits(event)
      ) {
        malformed++;
        continue;
      }
      // A number is remembered from its own record on: counted from the one before it, the first after a silence was as old.
      const streamNs = timeNs > latestNs ? timeNs : latestNs;
      if (distinct !== null && !distinct.add(number, owner, streamNs)) repeated++;
      else if (where !== undefined && !holdsAny(where, event)) filtered++;
      else if (!windows.add(key, timeNs, event, watermarkNs)) {
        late++;
        lateEvents.push(event);
      }
      if (streamNs === latestNs) continue;
      latestNs = streamNs;
      if (latestNs - outOfOrderNs > watermarkNs) watermarkNs = latestNs - outOfOrderNs;
    }
    if (nextOffset === position.nextOffset) return null;
    const sequence = position.sequence + 1;
    return { sequence, nextOffset, latestNs, watermarkNs, late, repeated, filtered, malformed };
  }

  /** A part that was sent again has a sequence that has been there. */
  #merge(records: readonly LogRecord[]): Position | null {
    const { position } = this;
    const windows = this.windows as AlignedWindows;
    let { nextOffset, watermarkNs, late, repeated } = position;
    for (const { offset, value } of records) {
      if (offset < nextOffset) continue;
      nextOffset = offset + 1;
      const part = value as PartialWindows;
      const known = this.#parts.get(part.partition);
      if (known !== undefined && part.sequence <= known.sequence) {
        repeated++;
        continue;
      }
      late += windows.merge(JSON.parse(part.windows), watermarkNs);
      this.#parts.set(part.partition, { sequence: part.sequence, watermarkNs: part.watermarkNs });
    }
    if (nextOffset === position.nextOffset) return null;
    if (this.#parts.size >= this.#stage.parts) watermarkNs = Math.max(watermarkNs, this.#leastWatermarkNs());
    return { ...position, sequence: position.sequence + 1, nextOffset, watermarkNs, late, repeated };
  }

  #leastWatermarkNs(): number {
    let leastNs = Number.POSITIVE_INFINITY;
    for (const part of this.#parts.values()) leastNs = Math.min(leastNs, part.watermarkNs);
    return leastNs;
  }

  #encodeParts(): { parts?: readonly number[] } {
    if (this.#parts.size === 0) return {};
    const parts: number[] = [];
    for (const [partition, { sequence, watermarkNs }] of this.#parts)
      parts.push(partition, sequence, watermarkNs);
    return { parts };
  }
}

const isTime = (ns: number) => Number.isSafeInteger(ns) && ns >= 0;
