/**
 * Invariants: what must hold in every arm, whatever the latency. Clients remember what was acknowledged to them; at the
 * end of the run, with time standing still, the stores are looked into. An invariant that was never put to the test
 * (`checked` 0) counts as a failure.
 */
import type { InvariantResult } from '../../reports/result.ts';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import type { InvariantName } from './scenario.ts';

const EXAMPLES = 3;

class Tally {
  checked = 0;
  violations = 0;
  readonly examples: string[] = [];

  add(holds: boolean, example: () => string): void {
    this.checked++;
    if (holds) return;
    this.violations++;
    if (this.examples.length < EXAMPLES) this.examples.push(example());
  }
}

interface Release {
  readonly track: string;
  readonly atNs: number;
}

/** Releases in the order in which they were acknowledged, and how far from the newest one has to look back. */
class ReleaseLog {
  readonly releases: Release[] = [];
  /** All before it can be found: what has become searchable stays so. */
  #found = 0;

  /** How long in seconds the oldest release has been waiting that cannot be found; 0: none is. */
  oldestWaiting(system: SimulatedSystem, nowNs: number): number {
    const { releases } = this;
    while (this.#found < releases.length && system.isSearchable(releases[this.#found]!.track)) this.#found++;
    return this.#found === releases.length ? 0 : (nowNs - releases[this.#found]!.atNs) / 1e9;
  }

  /** Age in seconds of the newest release that can be found, before one can of the first; null where there is none. */
  ageOfNewestSearchable(system: SimulatedSystem, nowNs: number): number | null {
    for (let i = this.releases.length - 1; i >= 0; i--) {
      const { track, atNs } = this.releases[i]!;
      if (system.isSearchable(track)) {
        // Nothing newer is waiting: what is newest in the catalogue is newest in the index.
        return i === this.releases.length - 1 ? 0 : (nowNs - atNs) / 1e9;
      }
    }
    return this.releases.length === 0 ? null : (nowNs - this.releases[0]!.atNs) / 1e9;
  }
}

export class Checks {
  readonly #system: SimulatedSystem;
  readonly #readYourWrites = new Tally();
  readonly #addedTracks: { playlist: string; track: string }[] = [];
  readonly #playIds: number[] = [];
  readonly #others = new ReleaseLog();
  readonly #hotLabel = new ReleaseLog();

  constructor(system: SimulatedSystem) {
    this.#system = system;
  }

  readBack(playlist: string, track: string, seen: readonly string[], nowNs: number): void {
    this.#readYourWrites.add(
      seen.includes(track),
      () =>
        `at ${(nowNs / 1e9).toFixed(3)} s the editor of ${playlist} did not find track ${track}, just added`,
    );
  }

  trackAdded(playlist: string, track: string): void {
    this.#addedTracks.push({ playlist, track });
  }

  playAcknowledged(play: number): void {
    this.#playIds.push(play);
  }

  trackPublished(track: string, atNs: number, fromHotLabel: boolean): void {
    (fromHotLabel ? this.#hotLabel : this.#others).releases.push({ track, atNs });
  }

  /** Seconds by which search lags behind the catalogue, in the worse of the hot label's and all other releases. */
  searchAge(): number | null {
    const nowNs = this.#system.simulation.nowNs;
    const ages = [this.#others, this.#hotLabel]
      .map((log) => log.ageOfNewestSearchable(this.#system, nowNs))
      .filter((age) => age !== null);
    return ages.length === 0 ? null : Math.max(...ages);
  }

  /** Seconds for which the longest waiting release has been published and cannot be found. */
  searchWait(): number {
    const nowNs = this.#system.simulation.nowNs;
    const wait = (log: ReleaseLog) => log.oldestWaiting(this.#system, nowNs);
    return Math.max(wait(this.#others), wait(this.#hotLabel));
  }

  /** `unanswered`: requests of listeners that the kernel still holds open; `counts`: what the recorder has booked. */
  results(
    names: readonly InvariantName[],
    violates: readonly InvariantName[],
    counts: { arrivals: number; completed: number; failed: number },
    unanswered: number,
  ): InvariantResult[] {
    const tallies: Record<InvariantName, () => Tally> = {
      'read-your-writes': () => this.#readYourWrites,
      'no acknowledged write lost': () => this.#addedTracksKept(),
      'no play lost or counted twice': () => this.#playsKept(),
      'every published track becomes searchable': () => this.#releasesKept(),
      conservation: () => conservation(counts, unanswered),
    };
    return names.map((name) => {
      const { checked, violations, examples } = tallies[name]();
      return { name, checked, violations, examples, expectedToBreak: violates.includes(name) };
    });
  }

  #addedTracksKept(): Tally {
    const tally = new Tally();
    const stored = new Map<string, ReadonlySet<string>>();
    for (const { playlist, track } of this.#addedTracks) {
      let tracks = stored.get(playlist);
      if (tracks === undefined) {
        tracks = this.#system.storedTracks(playlist);
        stored.set(playlist, tracks);
      }
      const kept = tracks.has(track);
      tally.add(kept, () => `track ${track} of playlist ${playlist} was acknowledged and is on no replica`);
    }
    return tally;
  }

  #playsKept(): Tally {
    const tally = new Tally();
    const { times, waiting } = this.#system.storedPlays();
    for (const play of this.#playIds) {
      const found = times.get(play) ?? 0;
      const kept = found === 1 || (found === 0 && waiting.has(play));
      tally.add(
        kept,
        () => `play ${play} is ${found} times in the history${found === 0 ? ' and in no log' : ''}`,
      );
    }
    return tally;
  }

  /** The run goes on after its last phase, until what was asked for is done: a track that waits still is not found. */
  #releasesKept(): Tally {
    const tally = new Tally();
    let waiting: ReadonlySet<string> | undefined;
    const whereIs = (track: string) => {
      if (this.#system.isIndexed(track)) return 'is indexed and waits for a refresh';
      waiting ??= this.#system.waitingForIndex();
      return waiting.has(track) ? 'waits in the log still' : 'is neither in the index nor in the log';
    };
    for (const { track } of [...this.#others.releases, ...this.#hotLabel.releases])
      tally.add(
        this.#system.isSearchable(track),
        () => `track ${track} cannot be found: it ${whereIs(track)}`,
      );
    return tally;
  }
}

/** arrivals = completed + failed + in flight, the last counted by the kernel and not by subtraction. */
function conservation(
  { arrivals, completed, failed }: { arrivals: number; completed: number; failed: number },
  unanswered: number,
): Tally {
  const tally = new Tally();
  if (arrivals === 0) return tally;
  tally.add(
    arrivals === completed + failed + unanswered,
    () => `${arrivals} arrived, ${completed} completed, ${failed} failed, ${unanswered} are in flight`,
  );
  return tally;
}
