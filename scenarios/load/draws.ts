/**
 * Who asks for what: pure functions of (seed, request) over the same population that the system serves. Top playlists
 * get most reads, popular tracks most plays; the same request number is the same request with any generator.
 */
import { hotPlaylistId, listenerId, playlistId, trackId } from '../../fixtures/ids.ts';
import { createPopulation, figures, type Population } from '../../fixtures/index.ts';
import { Titles } from '../../fixtures/titles.ts';
import { KeyedRandom } from '../../system/runtime/kernel/index.ts';

export interface LoadPopulation {
  readonly seed: number;
  /** Of the system under load. */
  readonly listeners: number;
  /** Those of them who are logged in and send requests. */
  readonly loggedIn: number;
  /** Which of several runs over the same population, counted from 0: each sends other requests. */
  readonly repetition: number;
}

/** Search holds the 2,000 most played tracks; whoever looks for one of these finds it. */
const SEARCHED_TRACKS = 1_000;
/** The one that delivers most of a release day; the others share the rest. */
export const HOT_LABEL = 'label-hot';
/** estimate: enough that a key per label spreads well, and few enough to log in within a second. */
const LABELS = 50;
export const LABEL_IDS: readonly string[] = [
  HOT_LABEL,
  ...Array.from({ length: LABELS }, (_, index) => `label-${index}`),
];
/** Plays of one run are told apart by as many numbers; with the run's number they fill the 53 bits of a play's id. */
const PLAYS_PER_RUN = 2 ** 24;
/** Somebody who skips does so within half a minute, mostly; the others hear a track of usual length. */
const SKIPPED_WITHIN_MS = 30_000;
const USUAL_TRACK_MS = 200_000;

/** Seconds from here on make a run's number, below 2^29 until 2043. */
const RUNS_SINCE_MS = 1_767_225_600_000; // 2026-01-01

export interface Release {
  readonly trackId: string;
  readonly title: string;
  readonly word: string;
  readonly label: string;
  readonly artistId: string;
  readonly artistName: string;
}

export class Draws {
  /** Tells the plays and the releases of this run from those of others (see `runNumber`). */
  run = 0;
  readonly population: Population;
  readonly #options: LoadPopulation;
  readonly #titles: Titles;
  readonly #random: KeyedRandom;
  readonly #releases: KeyedRandom;
  readonly #kinds: KeyedRandom;

  constructor(options: LoadPopulation) {
    this.#options = options;
    this.population = createPopulation({ seed: options.seed, listeners: options.listeners });
    this.#titles = new Titles(options.seed);
    this.#random = new KeyedRandom(options.seed, 'load');
    this.#releases = new KeyedRandom(options.seed, 'load: releases');
    this.#kinds = new KeyedRandom(options.seed, 'load: kinds');
  }

  /** Which of the logged-in listeners sends the request, counted from 0. */
  login(request: number): number {
    return this.#random.integer(this.#options.loggedIn, 1, request, this.#options.repetition);
  }

  /** A playlist by its share of reads: the top one in a hundred gets 80 % of them. */
  playlist(request: number): { id: string; owner: string } {
    const number = this.population.samplePlaylist(request, this.#options.repetition);
    return { id: playlistId(number), owner: this.ownerOf(number) };
  }

  /** The id of one of the playlists that the target's scenario makes hot. */
  hotPlaylist(request: number, count: number): string {
    return hotPlaylistId(this.#random.integer(count, 0, request, this.#options.repetition));
  }

  /** One of the sender's own. */
  ownPlaylist(request: number): { id: string; owner: string } {
    const listener = loggedInListener(this.#options, this.login(request));
    const own = this.population.playlistsOf(listener);
    const number = own[this.#random.integer(own.length, 2, request, this.#options.repetition)]!;
    return { id: playlistId(number), owner: listenerId(listener) };
  }

  /** A track by its share of plays. */
  track(request: number): { id: string; title: string } {
    const number = this.population.sampleTrack(request, this.#options.repetition);
    return { id: trackId(number), title: this.#titles.track(number) };
  }

  /** A track that search holds. */
  searchedTrack(request: number): { id: string; title: string } {
    const rank = 1 + this.#random.integer(SEARCHED_TRACKS, 3, request, this.#options.repetition);
    const number = this.population.trackByRank(rank);
    return { id: trackId(number), title: this.#titles.track(number) };
  }

  play(request: number): { playId: number; trackId: string; listenedMs: number; skipped: boolean } {
    const skipped = this.#random.uniform(4, request) < figures.SKIP_SHARE;
    const listenedMs = skipped ? 1 + this.#random.integer(SKIPPED_WITHIN_MS, 5, request) : USUAL_TRACK_MS;
    const playId = this.run * PLAYS_PER_RUN + (request % PLAYS_PER_RUN);
    return { playId, trackId: this.track(request).id, listenedMs, skipped };
  }

  /** A new track, of the hot label or of any other. The last word of its title is its own. */
  release(request: number, hotLabelShare: number): Release {
    const { repetition } = this.#options;
    const isHot = this.#releases.uniform(0, request, repetition) < hotLabelShare;
    const label = LABEL_IDS[isHot ? 0 : 1 + this.#releases.integer(LABELS, 1, request, repetition)]!;
    const word = `${this.run.toString(36)}x${request.toString(36)}`;
    return {
      trackId: `r${this.run}-${request}`,
      title: `${this.#titles.release(request)} ${word}`,
      word,
      label,
      artistId: `a-${label}`,
      artistName: this.#titles.releaseArtist(LABEL_IDS.indexOf(label)),
    };
  }

  /** From 0 to 1: which of several kinds of traffic a request is of. */
  kind(request: number): number {
    return this.#kinds.uniform(0, request, this.#options.repetition);
  }

  /** A whole number below `count`; each purpose of a request draws one of its own. */
  below(request: number, purpose: number, count: number): number {
    return this.#random.integer(count, 6 + purpose, request, this.#options.repetition);
  }

  ownerOf(playlist: number): string {
    // Not `population.playlist`: its length comes from a table that takes long to make in k6.
    return listenerId(this.population.models.playlists.ownerOf(playlist));
  }
}

export const runNumber = (nowMs: number) => Math.floor((nowMs - RUNS_SINCE_MS) / 1_000);

/** The number of a logged-in listener: they are spread over the whole population. */
export function loggedInListener({ listeners, loggedIn }: LoadPopulation, login: number): number {
  return Math.floor((login * listeners) / loggedIn);
}
