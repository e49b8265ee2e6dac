/** How far stream jobs are, by stage and partition of what it reads. How much waits is the lag of its consumer group. */
import { family, type MetricFamily, type Sample } from './metric-family.ts';

export interface ObservedStream {
  readonly stage: string;
  readonly partition: number;
  /** Windows of keys that are open, or that late records may still change. */
  readonly windows: number;
  readonly position: {
    /** The highest is the newest, where two workers believe to own the partition. */
    readonly sequence: number;
    readonly nextOffset: number;
    /** -1: none. */
    readonly watermarkNs: number;
    readonly late: number;
    readonly repeated: number;
    readonly filtered: number;
    readonly malformed: number;
  };
}

const REASONS = ['late', 'repeated', 'filtered', 'malformed'] as const;

export function streamFamilies(streams: readonly ObservedStream[], nowNs: number): MetricFamily[] {
  const newest = new Map<string, ObservedStream>();
  for (const stream of streams) {
    const key = `${stream.stage} ${stream.partition}`;
    const known = newest.get(key);
    if (known === undefined || known.position.sequence < stream.position.sequence) newest.set(key, stream);
  }
  const all = [...newest.values()].sort((a, b) =>
    a.stage === b.stage ? a.partition - b.partition : a.stage < b.stage ? -1 : 1,
  );
  const each = (value: (stream: ObservedStream) => number): Sample[] =>
    all.map((stream) => ({ labels: labelsOf(stream), value: value(stream) }));
  const begun = all.filter(({ position }) => position.watermarkNs >= 0);
  return [
    family(
      'gauge',
      'stream_next_offset',
      'Offset of the next record that the stage takes in; what waits behind it is in engine_lag_records.',
      each(({ position }) => position.nextOffset),
    ),
    family(
      'gauge',
      'stream_watermark_lag_seconds',
      'How far the watermark, up to which windows are over, is behind the clock.',
      begun.map((stream) => ({
        labels: labelsOf(stream),
        value: (nowNs - stream.position.watermarkNs) / 1e9,
      })),
    ),
    family(
      'gauge',
      'stream_windows',
      'Windows of keys that are open, or that late records may still change.',
      each(({ windows }) => windows),
    ),
    family(
      'counter',
      'stream_records_left_out_total',
      'Records that count in no window: too late, repeated, of no interest to the job, or malformed.',
      all.flatMap((stream) =>
        REASONS.map((reason) => ({
          labels: { ...labelsOf(stream), reason },
          value: stream.position[reason],
        })),
      ),
    ),
  ];
}

const labelsOf = ({ stage, partition }: ObservedStream) => ({ stage, partition: String(partition) });
