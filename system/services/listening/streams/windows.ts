/**
 * The windows of one partition, as state: what they hold, what has changed in them, and how both are written down. Time
 * enters as the watermark alone, so that the same records in the same order leave the same windows.
 */
import type { Event } from './aggregates.ts';

/** One window of one key. */
export interface Pane {
  readonly key: string;
  readonly startNs: number;
  /** Exclusive: the window is over when the watermark has come here. */
  readonly endNs: number;
  readonly values: readonly number[];
  /** Under which the cache keeps it: made once, because a text that is made anew is hashed anew. */
  cacheKey?: string;
}

/** A pane that is none any more: it begins elsewhere now, or has been joined with another one. */
export interface RemovedPane {
  readonly key: string;
  readonly startNs: number;
  /** It had been over: somebody has been told. */
  readonly told: boolean;
}

/** A window that all keys share. */
export interface SharedWindow {
  readonly startNs: number;
  readonly endNs: number;
  /** By key. */
  readonly panes: ReadonlyMap<string, Pane>;
}

/** What is different since the last time; each pane and window once. */
export interface Changes {
  /** Changed, or closed by the watermark. */
  readonly panes: readonly Pane[];
  readonly removed: readonly RemovedPane[];
  readonly windows: readonly SharedWindow[];
}

export interface Windows {
  /** Panes. */
  readonly size: number;
  /** Whether no other window of its key is newer. */
  isNewest(pane: Pane): boolean;
  /** All there are, for whoever begins with nothing. */
  readonly panes: Iterable<Pane>;
  /** Shared windows, if there are such. */
  readonly shared: Iterable<SharedWindow>;
  /** When the watermark next closes something, or may forget it; Infinity: never. */
  readonly dueNs: number;
  /** False: it came too late for all of its windows. */
  add(key: string, timeNs: number, event: Event, watermarkNs: number): boolean;
  /** Closes what the watermark has passed. */
  close(watermarkNs: number): void;
  /** Forgets what was over for longer than the allowed lateness when the watermark last moved. */
  drop(): void;
  take(): Changes;
  /** As data that JSON carries. */
  encode(changes: Changes): unknown;
  encodeAll(): unknown;
  /** Puts back what was encoded, in place of what is there of the same panes; they count as changed. */
  restore(encoded: unknown): void;
}
