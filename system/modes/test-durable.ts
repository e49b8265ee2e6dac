/** The live system on a journal, started as often as a test likes, and the public calls as an app makes them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenerId, trackId } from '../../fixtures/ids.ts';
import type { Track } from '../contracts/generated/catalogue.ts';
import { createDurableSystem, type DurableOptions, type Restored } from './durable.ts';
import type { EmbeddedSystem } from './embedded.ts';
import { knobNames, knobOf } from './knobs.ts';
import { LIVE_DEFAULTS } from './live-defaults.ts';

/** Groups form and indices refresh at once, and a busy machine is no failure. */
const QUICK = {
  'kafka.rebalanceMs': 0,
  'kafka.lingerMs': 0,
  'search.refreshIntervalMs': 50,
  'gateway.deadlineMs': 30_000,
  'playlist.writeDeadlineMs': 30_000,
  'playlist.catalogueDeadlineMs': 30_000,
};

export const LIVE_HISTORY = { 'listening.historyWrites': LIVE_DEFAULTS['listening.historyWrites'] };

const folders: string[] = [];
const running: EmbeddedSystem[] = [];

/** After each test. */
export async function cleanUp(): Promise<void> {
  for (const system of running.splice(0)) await system.stop().catch(() => {});
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'durable-'));
  folders.push(made);
  return made;
}

export const failures: Error[] = [];

export async function start(
  directory: string,
  set: Readonly<Record<string, unknown>> = {},
  given: Partial<DurableOptions> & { maxBytes?: number } = {},
): Promise<EmbeddedSystem & { readonly found: Restored }> {
  let found: Restored | null = null;
  const { maxBytes, ...options } = given;
  const defaults = Object.fromEntries(knobNames().map((name) => [name, knobOf(name)!.default]));
  const system = await createDurableSystem({
    seed: 1,
    listeners: 1_000,
    costs: false,
    configuration: { ...defaults, ...QUICK, ...set },
    hotPlaylists: { count: 0, followers: 0 },
    plays: null,
    onFault: (error) => failures.push(error),
    journal: {
      directory,
      onRestored: (restored) => {
        found = restored;
      },
      onFailure: (error) => failures.push(error),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    },
    ...options,
  });
  running.push(system);
  return Object.assign(system, { found: found! });
}

/** The journal as a kill at this moment would leave it. */
export function killed(directory: string): string {
  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

const tokenOf = (subject: string) => ({
  subject,
  expiresAtNs: Number.MAX_SAFE_INTEGER,
  keyId: 0,
  signature: 0,
});
export const ME = listenerId(7);
const token = tokenOf(ME);
const LABEL = { listenerId: 'label' };

/** The public calls as an app makes them. */
export function appOf(system: EmbeddedSystem) {
  const { gateway, labels } = system.api;
  const call = <T>(work: (context: ReturnType<EmbeddedSystem['context']>) => Promise<T>) =>
    system.enter(async () => {
      const context = system.context();
      try {
        return await work(context);
      } finally {
        context.close();
      }
    });
  return {
    add: (playlist: string, track: string) =>
      call((context) => gateway.addTrack(context, { token, playlistId: playlist, trackId: track })),
    playlist: (id: string, minimumSnapshot = 0) =>
      call((context) =>
        gateway.getPlaylist(context, { token, playlistId: id, followersLimit: 0, minimumSnapshot }),
      ),
    follow: (id: string) => call((context) => gateway.follow(context, { token, playlistId: id })),
    unfollow: (id: string) => call((context) => gateway.unfollow(context, { token, playlistId: id })),
    play: (playId: number) =>
      call((context) =>
        gateway.recordPlay(context, {
          token,
          playId,
          trackId: trackId(3),
          listenedMs: 1_000,
          skipped: false,
          playedAtNs: 0,
        }),
      ),
    recent: () =>
      call((context) => gateway.getRecentlyPlayed(context, { token, call: { listenerId: '', limit: 50 } })),
    history: () => call((context) => gateway.getHistory(context, { token, limit: 0 })),
    publish: (track: Track) => call((context) => labels.publishTrack(context, LABEL, { track })),
    search: (text: string) => call((context) => gateway.search(context, { token, text, kind: '', size: 20 })),
    deliver: (id: string, contentId: string) =>
      call((context) => system.api.labels.deliverAudio(context, LABEL, { audioId: id, contentId })),
    track: (id: string) => call((context) => gateway.getTrack(context, { token, trackId: id })),
  };
}

export const newTrack = (id: string, title: string): Track =>
  ({
    trackId: id,
    title,
    artistId: 'a1',
    artistName: 'Nobody',
    labelId: 'l1',
    durationMs: 1,
    popularity: 0.5,
  }) as Track;

/** Tries until it holds: consumers of the log need a moment. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
