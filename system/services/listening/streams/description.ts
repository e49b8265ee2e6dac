/**
 * Stream jobs as data: nothing in here is a function, so that a job can be stored, compared, or compiled to the SQL of
 * an engine (`window` is its TUMBLE, HOP or SESSION, `time` its WATERMARK, `top` its ROW_NUMBER() <= n).
 *
 *   source ─▶ distinct ─▶ where ─▶ key ─▶ window ─▶ aggregates ─▶ [merge] ─▶ [top] ─▶ sinks
 *                                            └─▶ late
 */
import { PortError } from '../../../ports/errors.ts';
import { type AggregateName, aggregates } from './aggregates.ts';

export interface StreamJob {
  /** State is kept under it: another description takes another name, and begins anew. */
  readonly name: string;
  readonly source: StreamSource;
  /** Only records of which one of these holds. */
  readonly where?: readonly Condition[];
  /** Field of the records that each window is kept for. */
  readonly key: string;
  readonly window: Window;
  readonly time: EventTime;
  /** By the name that the result has. */
  readonly aggregates: Readonly<Record<string, Aggregation>>;
  /** For keys that are spread over the source's partitions: parts of windows go through this topic to be one. */
  readonly merge?: { readonly topic: string };
  /** Of each window the keys with the largest values only. */
  readonly top?: { readonly by: string; readonly limit: number };
  readonly sinks: readonly Sink[];
  /** Records that came too late, as they were; absent: they are counted only. */
  readonly late?: { readonly topic: string };
}

export interface StreamSource {
  readonly topic: string;
  /** Field by which the topic's records are spread over its partitions. */
  readonly partitionedBy: string;
  /** Field with the time at which it happened, in ns. */
  readonly eventTime: string;
  /**
   * Records that repeat the number in a field, with the same `partitionedBy`, within this time of the stream are one.
   * Others may have the same number.
   */
  readonly distinct?: { readonly field: string; readonly withinMs: number };
}

export type Window =
  | { readonly kind: 'tumbling'; readonly sizeMs: number }
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly everyMs: number }
  /** As long as no pause is longer than the gap. */
  | { readonly kind: 'session'; readonly gapMs: number };

export interface EventTime {
  /** The watermark of a partition is this far behind the latest time seen there; a window closes when it is passed. */
  readonly outOfOrderMs: number;
  /** Closed windows are kept for so long, and change again when something comes for them. */
  readonly latenessMs: number;
  /** The watermark of a partition without records for so long follows the clock, this far behind; 0: it stands. */
  readonly idleMs: number;
}

export interface Aggregation {
  readonly function: AggregateName;
  /** What it is of; absent for `count`. */
  readonly field?: string;
  /** Over the records of which one of these holds; absent: over all. */
  readonly where?: readonly Condition[];
}

export type Condition =
  | { readonly field: string; readonly equals: string | number | boolean }
  | { readonly field: string; readonly below: number }
  | { readonly field: string; readonly atLeast: number };

export type Sink =
  /** The window of each key, once it is over, and again when it changes afterwards. */
  | { readonly kind: 'topic'; readonly topic: string; readonly as: Naming; readonly bytes: number }
  /** The newest window of each key, with every change, as `prefix` and key. */
  | {
      readonly kind: 'cache';
      readonly prefix: string;
      readonly ttlMs: number;
      readonly as: Naming;
      readonly bytes: number;
    }
  /** What `top` has left of a window as one row, so far apart at least, and when the window is over. */
  | { readonly kind: 'table'; readonly table: string; readonly everyMs: number };

/** Fields of a result beside its aggregates; it has `version` and `retracted` too. */
export interface Naming {
  readonly key: string;
  readonly from: string;
  /** The window's end; of a session the time of its last record. */
  readonly until: string;
}

/** Throws `invalid` with what is wrong with a job. */
export function checkJob(job: StreamJob): void {
  const refuse = (what: string): never => {
    throw new PortError('invalid', `stream job ${job.name}`, true, what);
  };
  const { window, time, top, merge, source, sinks } = job;
  const lengths = {
    ...(window.kind === 'session' ? { gapMs: window.gapMs } : { sizeMs: window.sizeMs }),
    ...(window.kind === 'hopping' ? { everyMs: window.everyMs } : {}),
    ...(source.distinct === undefined ? {} : { withinMs: source.distinct.withinMs }),
  };
  for (const [name, ms] of Object.entries(lengths)) if (!(ms > 0)) refuse(`${name} is ${ms}`);
  for (const [name, ms] of Object.entries(time)) if (!(ms >= 0)) refuse(`${name} is ${ms}`);
  if (window.kind === 'hopping' && window.everyMs > window.sizeMs)
    refuse('everyMs is longer than sizeMs: some records would be in no window');
  for (const [name, { function: wanted, field }] of Object.entries(job.aggregates)) {
    if (!Object.hasOwn(aggregates, wanted)) refuse(`there is no aggregate '${wanted}' for '${name}'`);
    if (aggregates[wanted].takesField && field === undefined) refuse(`'${name}' is of no field`);
  }
  if (top !== undefined && !Object.hasOwn(job.aggregates, top.by))
    refuse(`there is no '${top.by}' to order by`);
  if (top !== undefined && window.kind === 'session') refuse('sessions have no top: no two begin together');
  const spread = job.key !== source.partitionedBy;
  if (spread && merge === undefined)
    refuse(
      `records are partitioned by ${source.partitionedBy}: windows by ${job.key} need a topic to merge through`,
    );
  if (merge !== undefined && window.kind === 'session') refuse('parts of sessions cannot be merged');
  for (const { kind } of sinks) {
    if ((kind === 'table') !== (top !== undefined))
      refuse(kind === 'table' ? 'a table takes the top of a window: say of what' : `a ${kind} takes no top`);
  }
}
