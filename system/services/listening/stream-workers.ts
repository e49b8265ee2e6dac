/** The stream jobs of listening with the settings that its knobs say, and the topics that they need. */
import { SESSIONS, SESSIONS_LATE, SKIPS, TOP_CHARTS_LATE, TOP_CHARTS_PARTS } from '../../contracts/topics.ts';
import type { TopicDefinition } from '../../ports/event-log.ts';
import type { ListeningKnobs } from './knobs.ts';
import { createKnownTracks, type KnownTracksDependencies } from './known-tracks.ts';
import { sessionState, topCharts } from './streams/jobs.ts';
import {
  createStreamWorker,
  type StreamSettings,
  type StreamWorker,
  type StreamWorkerDependencies,
} from './streams/stream-worker.ts';

export type ListeningStreamDependencies = Omit<StreamWorkerDependencies, 'settings'> & {
  readonly knobs: ListeningKnobs;
};

export function createSessionStateWorker({ knobs, ...rest }: ListeningStreamDependencies): StreamWorker {
  return createStreamWorker(sessionState, { ...rest, settings: settingsOf(knobs) });
}

export function createTopChartsWorker({
  knobs,
  catalogue,
  ...rest
}: ListeningStreamDependencies & Pick<KnownTracksDependencies, 'catalogue'>): StreamWorker {
  const keys = knobs.chartTracks === 'all' ? undefined : createKnownTracks({ catalogue, clock: rest.clock });
  return createStreamWorker(topCharts, { ...rest, keys, settings: settingsOf(knobs) });
}

/** Topics of listening beside `plays`: none unless a knob asks for them. */
export function furtherListeningTopics(
  { streams, skipEvents, playPartitions }: ListeningKnobs,
  replicationFactor: number,
): TopicDefinition[] {
  const topic = (name: string, partitions: number) => ({ name, partitions, replicationFactor });
  const skips = skipEvents === 'off' ? [] : [topic(SKIPS, playPartitions)];
  if (streams === 'off') return skips;
  return [
    ...skips,
    topic(SESSIONS, playPartitions),
    topic(SESSIONS_LATE, 1),
    topic(TOP_CHARTS_LATE, 1),
    // One partition: what is at the top of all is known in one place.
    topic(TOP_CHARTS_PARTS, 1),
  ];
}

export const isStreaming = ({ streams }: ListeningKnobs) => streams === 'on';

function settingsOf(knobs: ListeningKnobs): StreamSettings {
  return {
    sourcePartitions: knobs.playPartitions,
    intervalMs: knobs.streamIntervalMs,
    batch: knobs.streamBatch,
    // estimate: enough that a step's round trips of one partition are those of the others too.
    concurrency: 8,
    // A snapshot every 64 steps: one in five minutes, and what is read after a crash is a moment's work.
    slots: 128,
    // estimate: rows of this size are no burden to a commit log whose segments are 32 MB.
    pieceLength: 65_536,
  };
}
