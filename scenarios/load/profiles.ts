/** The load profiles: which traffic in which shares, and how fast. One object a k6 script, the same for any generator. */
import { CREATE_AND_RENAME, INSERT_TRACK, MOVE_TRACK, REMOVE_TRACK } from './edits.ts';
import {
  ADD_AND_READ_BACK,
  ADD_TRACK,
  FOLLOW,
  HISTORY,
  OPEN_PLAYLIST,
  OPEN_TRACK,
  PLAY,
  SEARCH,
  UNFOLLOW,
} from './journeys.ts';
import type { Operation } from './objectives.ts';
import type { Traffic } from './requests.ts';

export interface Profile {
  readonly name: string;
  readonly title: string;
  /** One line for `rehearse list`. */
  readonly teaches: string;
  readonly hypothesis: string;
  /** Journeys begun per second, over all traffic, and how long, unless the command line says otherwise. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Shares add up to 1. */
  readonly mix: readonly { readonly traffic: Traffic; readonly share: number }[];
}

const meets = 'every operation keeps its objectives at this rate, and every answer is right';

export const browse: Profile = {
  name: 'browse',
  title: 'Listeners open playlists and tracks',
  teaches: 'reads that concentrate on few playlists: what a cache takes, and what is left',
  hypothesis: `While listeners browse, ${meets}.`,
  perSecond: 50,
  seconds: 30,
  mix: [
    { traffic: OPEN_PLAYLIST, share: 0.8 },
    { traffic: OPEN_TRACK, share: 0.2 },
  ],
};

export const play: Profile = {
  name: 'play',
  title: 'Listeners play tracks and look at what they played',
  teaches:
    'from the signed URL to the first bytes at the edge, and the write that everybody does: acknowledged by the log, in the history later',
  hypothesis: `While listeners play, ${meets}.`,
  perSecond: 50,
  seconds: 30,
  mix: [
    { traffic: PLAY, share: 0.9 },
    { traffic: HISTORY, share: 0.1 },
  ],
};

export const edit: Profile = {
  name: 'edit',
  title: 'Listeners edit, make and follow playlists',
  teaches: 'writes that invalidate what reads have cached, and editors who meet at the same place',
  hypothesis: `While playlists are edited, followed and read, ${meets}.`,
  perSecond: 40,
  seconds: 30,
  mix: [
    { traffic: ADD_TRACK, share: 0.15 },
    { traffic: INSERT_TRACK, share: 0.08 },
    { traffic: MOVE_TRACK, share: 0.08 },
    // Fewer than are put there: playlists grow slowly, as they do.
    { traffic: REMOVE_TRACK, share: 0.08 },
    { traffic: CREATE_AND_RENAME, share: 0.06 },
    { traffic: FOLLOW, share: 0.15 },
    { traffic: UNFOLLOW, share: 0.1 },
    { traffic: OPEN_PLAYLIST, share: 0.3 },
  ],
};

export const search: Profile = {
  name: 'search',
  title: 'Listeners search for tracks',
  teaches: 'a request that asks every shard and waits for the slowest',
  hypothesis: `While listeners search, ${meets}.`,
  perSecond: 30,
  seconds: 30,
  mix: [{ traffic: SEARCH, share: 1 }],
};

export const addTrack: Profile = {
  name: 'add-track',
  title: 'Listeners add a track and look at the result',
  teaches: 'read-your-writes, held with the snapshot that the write returned',
  hypothesis: `Whoever adds a track sees it at once; ${meets}.`,
  perSecond: 20,
  seconds: 30,
  mix: [{ traffic: ADD_AND_READ_BACK, share: 1 }],
};

export const soak: Profile = {
  name: 'soak',
  title: 'Everything at a moderate rate, for long',
  teaches: 'what only time shows: leaks, logs that grow, tokens that expire',
  hypothesis: `For a long time, ${meets}.`,
  perSecond: 40,
  seconds: 600,
  mix: [
    { traffic: OPEN_PLAYLIST, share: 0.36 },
    { traffic: OPEN_TRACK, share: 0.1 },
    { traffic: PLAY, share: 0.25 },
    { traffic: HISTORY, share: 0.05 },
    { traffic: SEARCH, share: 0.08 },
    { traffic: ADD_AND_READ_BACK, share: 0.06 },
    { traffic: FOLLOW, share: 0.04 },
    { traffic: UNFOLLOW, share: 0.02 },
    { traffic: MOVE_TRACK, share: 0.02 },
    { traffic: REMOVE_TRACK, share: 0.02 },
  ],
};

export const profiles: readonly Profile[] = [browse, play, edit, search, addTrack, soak];

/** Every operation of a profile, those that its journeys have beside included. */
export function operationsOf({ mix }: Profile): readonly Operation[] {
  return [...new Set(mix.flatMap(({ traffic }) => [traffic.operation, ...(traffic.beside ?? [])]))];
}

/** The labels that some of its requests are of. */
export function labelsOf({ mix }: Profile): readonly string[] {
  return [...new Set(mix.flatMap(({ traffic }) => traffic.labels ?? []))];
}

/** Whether it makes anything that can be found some time later. */
export const publishes = (profile: Profile): boolean => labelsOf(profile).length > 0;

/** Rates rise for this long before anything is measured: connections open, caches and compilers warm up. */
export function warmUpSeconds(seconds: number): number {
  return Math.min(10, Math.max(2, Math.round(seconds / 5)));
}

/** Two requests a second each: far below what one listener may ask, and few enough to log in within some seconds. */
export function loggedInFor(perSecond: number, listeners: number): number {
  return Math.min(listeners, Math.max(20, Math.min(2_000, Math.ceil(perSecond / 2))));
}
