/** What a run against a live system is: which profile at which target, how fast, for how long, by whom. */
import type { PhaseWindow } from '../../../reports/result.ts';
import type { Credentials } from '../../load/login.ts';
import type { Profile } from '../../load/profiles.ts';
import { phaseWindows } from '../arrivals.ts';
import type { LiveRecorder } from './live-recorder.ts';
import type { RunningThere } from './running.ts';
import type { Waits } from './waits.ts';

export interface LiveLoad {
  readonly profile: Profile;
  /** Origin of the target, without a slash at its end. */
  readonly baseUrl: string;
  /** Journeys begun per second. */
  readonly perSecond: number;
  readonly warmUpS: number;
  /** Measured seconds after the warm-up. */
  readonly seconds: number;
  /** Of the population that the target serves, and of everything that is drawn here. */
  readonly seed: number;
  readonly listeners: number;
  readonly loggedIn: number;
  /** Which of several runs, counted from 0: each sends other requests to the same system. */
  readonly repetition: number;
  /** Number of this run: keeps its plays apart from those of others. */
  readonly run: number;
  readonly credentials: Credentials;
  /** Of the client that gets the tokens of labels. */
  readonly labelCredentials: Credentials;
  /** What the target says that it runs; null: nothing. */
  readonly running: RunningThere | null;
  /** Who has signed the target's certificate; null: whoever the machine trusts. */
  readonly authority: Authority | null;
}

export interface Authority {
  readonly file: string;
  readonly pem: string;
}

/** Sends the load and books what happens. */
export interface LoadEngine {
  /** 'k6 v1.8.1' */
  readonly name: string;
  /** Resolves when everything is sent and answered, or as soon as possible after `signal`. `tell`: what it waits for; '': it sends. */
  generate(
    load: LiveLoad,
    recorder: LiveRecorder,
    signal: AbortSignal,
    tell: (waitsFor: string) => void,
  ): Promise<Generated>;
}

export interface Generated {
  /** What the generator itself has against the run, in words: thresholds that it saw missed. */
  readonly objections: readonly string[];
  /** Why it was given up before its end, in words; left out: it came to its end, or was interrupted. */
  readonly stopped?: string;
  /** How long new tracks waited until they were found; null: this generator looks for none. */
  readonly waits: Waits | null;
  /** Unix time, in ms, at which the run's seconds count from; null: nothing was sent. */
  readonly startedAtMs: number | null;
}

/** Journeys of a whole run: the rate rises over the warm-up. */
export const plannedJourneys = ({ perSecond, warmUpS, seconds }: LiveLoad) =>
  Math.round(perSecond * (warmUpS / 2 + seconds));

export function phasesOf({ warmUpS, seconds }: LiveLoad): PhaseWindow[] {
  return phaseWindows([
    { name: 'warm-up', seconds: warmUpS },
    { name: 'steady', seconds },
  ]);
}
