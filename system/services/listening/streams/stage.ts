/**
 * A job as it is run: one stage, or two where its keys are spread over the partitions of its source.
 *
 *   whole    source ─▶ windows ─▶ sinks
 *   partial  source ─▶ what a batch adds to each window ─▶ topic ─▶ merge: windows ─▶ sinks
 */
import { MILLISECOND } from '../../../ports/clock.ts';
import { Folding } from './aggregates.ts';
import { AlignedWindows } from './aligned-windows.ts';
import { checkJob, type StreamJob } from './description.ts';
import { SessionWindows } from './session-windows.ts';
import type { Windows } from './windows.ts';

export interface Stage {
  /** State, consumer group and what is sent carry it. */
  readonly name: string;
  readonly kind: 'whole' | 'partial' | 'merge';
  readonly job: StreamJob;
  readonly topic: string;
  readonly folding: Folding;
  readonly keyField: string;
  readonly timeField: string;
  readonly distinctField: string;
  /** Whose the number in it is. */
  readonly ownerField: string;
  /** 0: records are taken as they come. */
  readonly distinctNs: number;
  readonly outOfOrderNs: number;
  /** 0: a partition without records keeps its watermark. */
  readonly idleNs: number;
  /** Partitions whose parts are merged: as long as one has not been heard of, there is no watermark. */
  readonly parts: number;
  createWindows(): Windows;
}

/** `sourcePartitions`: of the job's topic. Throws `invalid` for a job that makes no sense. */
export function stagesOf(job: StreamJob, sourcePartitions: number): readonly Stage[] {
  checkJob(job);
  if (job.merge === undefined) return [stage(job, 'whole', 0)];
  return [stage(job, 'partial', 0), stage(job, 'merge', sourcePartitions)];
}

function stage(job: StreamJob, kind: Stage['kind'], parts: number): Stage {
  const { source, time, merge } = job;
  const folding = new Folding(job.aggregates);
  const merging = kind === 'merge';
  return {
    name: merging ? `${job.name}-merge` : job.name,
    kind,
    job,
    topic: merging ? merge!.topic : source.topic,
    folding,
    keyField: job.key,
    timeField: source.eventTime,
    distinctField: source.distinct?.field ?? '',
    ownerField: source.partitionedBy,
    distinctNs: merging ? 0 : (source.distinct?.withinMs ?? 0) * MILLISECOND,
    outOfOrderNs: time.outOfOrderMs * MILLISECOND,
    idleNs: merging ? 0 : time.idleMs * MILLISECOND,
    parts,
    createWindows: () => createWindows(job, folding),
  };
}

function createWindows({ window, time, top }: StreamJob, folding: Folding): Windows {
  const latenessNs = time.latenessMs * MILLISECOND;
  if (window.kind === 'session')
    return new SessionWindows({ gapNs: window.gapMs * MILLISECOND, latenessNs, folding });
  const sizeNs = window.sizeMs * MILLISECOND;
  const everyNs = window.kind === 'hopping' ? window.everyMs * MILLISECOND : sizeNs;
  return new AlignedWindows({ sizeNs, everyNs, latenessNs, folding, closesPanes: top === undefined });
}
