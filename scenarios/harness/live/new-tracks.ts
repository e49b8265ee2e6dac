/**
 * For how long new tracks cannot be found, measured from outside: some of those that were published are looked for by search
 * until they are found. Few at a time, and less often the longer it takes, so that the looking is not the load.
 *
 *   published ──▶ taken? ──▶ look … look ──▶ found: its wait
 *                                       └──▶ the run ends: its age, which is the least that its wait can be
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedRandom } from '../../../system/runtime/kernel/index.ts';
import { NEW_TRACK_WAIT_S } from '../../load/objectives.ts';
import type { Findable } from '../../load/requests.ts';
import type { Wait, Waits } from './waits.ts';

/**
 * A track is taken once a second, and so many are followed at a time: about 25 looks a second while they come late, two when
 * they do not. The times are drawn: an even step would keep step with the refreshes of the index.
 */
const TAKEN_EVERY_S = 1;
const AT_ONCE = 20;
/** Between two looks for a track, which is what a wait is told too long by at most; later a tenth of its age. */
const LOOK_EVERY_S = 0.5;
const LOOK_EVERY_OF_AGE = 0.1;
/** After the end a young track is waited for until it has clearly kept its objective or missed it. */
const PATIENCE_S = 1.2 * NEW_TRACK_WAIT_S;

export interface NewTracksOptions {
  /** Whether the track is found; null: no answer came. Never rejects. */
  readonly look: (track: Findable, number: number) => Promise<boolean | null>;
  readonly seed: number;
  /** Seconds since the run began. */
  readonly nowS: () => number;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

export class NewTracks {
  readonly #options: NewTracksOptions;
  readonly #random: KeyedRandom;
  readonly #end = new AbortController();
  readonly #either: AbortSignal;
  readonly #following = new Set<Promise<void>>();
  readonly #waits: Wait[] = [];
  #unanswered = 0;
  #nextS = 0;

  constructor(options: NewTracksOptions) {
    this.#options = options;
    this.#random = new KeyedRandom(options.seed, 'new tracks');
    this.#either = AbortSignal.any([options.signal, this.#end.signal]);
  }

  /** A track was published that was due at `dueS`. */
  published(track: Findable, dueS: number): void {
    const { nowS, signal } = this.#options;
    if (signal.aborted || nowS() < this.#nextS || this.#following.size >= AT_ONCE) return;
    this.#nextS = nowS() + TAKEN_EVERY_S * (0.5 + this.#random.uniform(this.#waits.length));
    const following = this.#follow(track, dueS).finally(() => this.#following.delete(following));
    this.#following.add(following);
  }

  /** Everything is sent: looks once more for those that were not found yet, and for the young ones some time longer. */
  async finish(): Promise<Waits> {
    this.#end.abort();
    const { signal } = this.#options;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    if (!signal.aborted) await Promise.race([Promise.all(this.#following), aborted]);
    return { all: this.#waits, unanswered: this.#unanswered };
  }

  async #follow(track: Findable, dueS: number): Promise<void> {
    const { look, nowS, signal } = this.#options;
    const number = this.#waits.length;
    const wait = { publishedS: dueS, seconds: 0, looks: 0, isFound: false };
    this.#waits.push(wait);
    for (let isLast = false; !isLast; ) {
      await this.#pause(Math.max(LOOK_EVERY_S, LOOK_EVERY_OF_AGE * (nowS() - dueS)));
      if (signal.aborted) return;
      isLast = this.#end.signal.aborted && nowS() - dueS >= PATIENCE_S;
      const found = await look(track, number);
      if (signal.aborted) return;
      if (found === null) {
        this.#unanswered++;
        continue;
      }
      wait.looks++;
      wait.seconds = nowS() - dueS;
      wait.isFound = found;
      isLast ||= found;
    }
  }

  /** Cut short by the end of the run; from then on it takes its time. */
  async #pause(seconds: number): Promise<void> {
    const { signal } = this.#options;
    const until = this.#end.signal.aborted ? signal : this.#either;
    await sleep(1_000 * seconds, undefined, { signal: until }).catch(() => {});
  }
}
