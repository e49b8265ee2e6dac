/** What a listener or a label does once per arrival. Everything chosen here is a pure function of (seed, arrival). */
import { type CallContext, SECOND } from '../../system/runtime/kernel/index.ts';
import type { LoadOptions } from './load.ts';
import type { PlayTrace } from './play-trace.ts';
import type { Load, Traffic } from './scenario.ts';

export const PLAY = 'play';

/** What journeys need of the load generator. */
export interface Start {
  readonly playOperation: number;
  context(request: number): CallContext;
  measure<T>(
    operation: number,
    context: CallContext,
    work: Promise<T>,
    acknowledged?: (request: number) => void,
  ): Promise<T | undefined>;
}

/**
 * An editor opens the playlist again within eight seconds after the edit was acknowledged (estimate). Later than that,
 * on a playlist with several edits a second, the track may have moved off the first page.
 */
const READ_BACK_WITHIN_NS = 8 * SECOND;

export interface Journeys {
  of(traffic: Traffic): (request: number) => void;
  readonly play: (trace: PlayTrace, index: number) => void;
}

export function createJourneys(start: Start, options: LoadOptions): Journeys {
  const { system, recorder, checks } = options;
  const { simulation, clients: client, population } = system;
  const random = simulation.random('journeys');
  const operation = (name: string) => recorder.operations.indexOf(name);
  const listenerOf = (request: number) => random.integer(population.listeners, 1, request);
  const hot = (request: number) => system.hotPlaylist(random.integer(options.hotPlaylists, 2, request));
  const popular = (request: number) => system.samplePlaylist(request);
  const playlistOf = (from: 'popularity' | 'hot') => (from === 'hot' ? hot : popular);

  async function addTrack(index: number, readBack: number, request: number, from: 'popularity' | 'hot') {
    const playlist = playlistOf(from)(request);
    const listener = listenerOf(request);
    const track = system.sampleTrack(request);
    const context = start.context(request);
    const work = client.addTrack(context, listener, playlist, track);
    const added = await start.measure(index, context, work);
    if (added === undefined) return;
    checks.trackAdded(playlist, track);
    const wait = start.context(request);
    await simulation.sleep(wait, random.uniform(3, request) * READ_BACK_WITHIN_NS);
    // A later attempt of the same request: its draws differ from those of the edit.
    const again = start.context(request + 0.5 * 2 ** 32);
    const reading = client.openPlaylist(again, listener, playlist, added.snapshot);
    const seen = await start.measure(readBack, again, reading);
    if (seen !== undefined) checks.readBack(playlist, track, seen.trackIds, simulation.nowNs);
  }

  function of(traffic: Traffic): (request: number) => void {
    const { journey } = traffic;
    const index = operation(traffic.operation);
    switch (journey.kind) {
      case 'open-playlist': {
        const pick = playlistOf(journey.from);
        return (request) => {
          const context = start.context(request);
          const work = client.openPlaylist(context, listenerOf(request), pick(request), 0);
          void start.measure(index, context, work);
        };
      }
      case 'follow': {
        const pick = playlistOf(journey.from);
        return (request) => {
          const context = start.context(request);
          void start.measure(index, context, client.follow(context, listenerOf(request), pick(request)));
        };
      }
      case 'search':
        return (request) => {
          const context = start.context(request);
          const text = system.titleOf(request);
          void start.measure(index, context, client.search(context, listenerOf(request), text));
        };
      case 'look-up-track':
        return (request) => {
          const context = start.context(request);
          const work = client.lookUpTrack(context, listenerOf(request), system.sampleTrack(request));
          void start.measure(index, context, work);
        };
      case 'add-track': {
        const readBack = operation(readBackOperation(traffic.operation));
        return (request) => void addTrack(index, readBack, request, journey.from);
      }
      case 'publish-track': {
        const share = journey.hotLabelShare ?? 0;
        return (request) => void publish(index, request, random.uniform(4, request) < share);
      }
    }
  }

  async function publish(index: number, request: number, fromHotLabel: boolean): Promise<void> {
    const context = start.context(request);
    const release = system.release(request, fromHotLabel);
    const beganNs = simulation.nowNs;
    const done = await start.measure(index, context, client.publishTrack(context, release));
    if (done !== undefined) checks.trackPublished(release.trackId, beganNs, fromHotLabel);
  }

  const playAcknowledged = (play: number) => checks.playAcknowledged(play);

  function play(trace: PlayTrace, index: number): void {
    // Streams take the numbers from REQUESTS_PER_STREAM up; plays have those below, from 1.
    const request = index + 1;
    const context = start.context(request);
    const listener = trace.listeners[index]!;
    const skipped = trace.skipped[index] === 1;
    const work = client.play(
      context,
      request,
      listener,
      trace.tracks[index]!,
      skipped,
      trace.listenedMs[index]!,
    );
    void start.measure(start.playOperation, context, work, playAcknowledged);
  }

  return { of, play };
}

export const readBackOperation = (operation: string) => `${operation} read-back`;

/** Every operation that a load measures, in the order in which results have them. */
export function operationsOf({ plays, traffic }: Pick<Load, 'plays' | 'traffic'>): string[] {
  return [
    ...(plays ? [PLAY] : []),
    ...traffic.flatMap(({ operation, journey }) =>
      journey.kind === 'add-track' ? [operation, readBackOperation(operation)] : [operation],
    ),
  ];
}
