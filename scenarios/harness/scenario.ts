/**
 * What a scenario file states: a hypothesis, the phases and the load, and cases whose arms share their arrivals and
 * differ in configuration only. It is data plus small functions that read figures from a finished run; the harness
 * does the rest. A scenario file imports `scenarios/harness` and `fixtures`, nothing else.
 */
import type { ArmRole, Notes, Setting } from '../../reports/result.ts';
import { checkScenario, ScenarioError } from './check-scenario.ts';
import type { MachineFault } from './faults.ts';
import type { RunFigures } from './figures.ts';

/** The size that the rates, cores and consumers of every scenario are stated for. `--listeners` scales from here. */
export const REFERENCE_LISTENERS = 1_000_000;

export interface Phase {
  readonly name: 'warm-up' | 'steady' | 'trigger' | 'recovery';
  readonly seconds: number;
}

/** What a listener or an uploader does, once per arrival. The arguments are pure functions of (seed, arrival). */
export type Journey =
  /** Opens one playlist: 'popularity' draws it as listeners choose, 'hot' takes one of the scenario's hot set. */
  | { readonly kind: 'open-playlist'; readonly from: 'popularity' | 'hot' }
  /** Adds a track to a playlist and, once acknowledged, reads it back: the check of read-your-writes. */
  | { readonly kind: 'add-track'; readonly from: 'popularity' | 'hot' }
  | { readonly kind: 'follow'; readonly from: 'popularity' | 'hot' }
  | { readonly kind: 'search' }
  /** Reads what a track is called and who made it; the track is drawn by popularity. */
  | { readonly kind: 'look-up-track' }
  /** A label delivers a track or new metadata of one. `hotLabelShare`: part of them from a single label. */
  | { readonly kind: 'publish-track'; readonly hotLabelShare?: number };

export interface Traffic {
  /** Name under which its figures appear: 'playlist.get hot'. */
  readonly operation: string;
  readonly journey: Journey;
  /** Arrivals per second at the reference size, by phase; what is not named is 0. Open loop, Poisson. */
  readonly perSecond: Readonly<Partial<Record<Phase['name'] | 'always', number>>>;
  /** Part of the fault: an arm with `fault: false` runs without it. */
  readonly fault?: boolean;
}

export interface Load {
  /** Plays of the population's sessions (about 4 % of listeners at a time); false: none. */
  readonly plays: boolean;
  readonly traffic: readonly Traffic[];
  readonly hotPlaylists?: HotPlaylists;
}

export interface HotPlaylists {
  readonly count: number;
  /** Followers of each, as stored before the run. */
  readonly followers: number;
}

export interface Objective {
  readonly name: string;
  readonly phase: Phase['name'];
  readonly measure: (run: RunFigures) => number;
  readonly comparison: '<=' | '>=';
  readonly target: number;
  readonly unit: string;
}

/** A figure of the run that shows the stated reason; judged in the arms of the roles (or names) it is listed for. */
export interface Evidence {
  readonly name: string;
  readonly in: readonly string[];
  readonly sentence: string;
  readonly measure: (run: RunFigures) => number;
  readonly comparison: '<=' | '>=';
  readonly target: number;
  readonly unit: string;
}

export type InvariantName =
  | 'read-your-writes'
  | 'no acknowledged write lost'
  | 'no play lost or counted twice'
  | 'conservation'
  | 'every published track becomes searchable';

export interface Arm {
  readonly name: string;
  readonly role: ArmRole;
  readonly title: string;
  /** Knobs that differ from the case's base configuration. */
  readonly set?: Readonly<Record<string, Setting>>;
  /** False: runs without the traffic and faults marked as the fault. */
  readonly fault?: boolean;
  /** Invariants that this arm breaks on purpose: the checker must find the violation. */
  readonly violates?: readonly InvariantName[];
  /** One sentence with numbers about what was seen. */
  readonly says: (run: RunFigures) => string;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  /** Configuration of every arm of the case. */
  readonly set: Readonly<Record<string, Setting>>;
  /** `percentile`: of the slow requests that tables and breakdown show beside the median; one of the recorder's, default 99. */
  readonly headline: {
    readonly operation: string;
    readonly series: readonly string[];
    readonly percentile?: 95 | 99 | 99.9;
  };
  readonly objectives: readonly Objective[];
  readonly evidence: readonly Evidence[];
  readonly arms: readonly Arm[];
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** One line for `rehearse list`. */
  readonly teaches: string;
  readonly hypothesis: string;
  readonly modes: readonly ('simulated' | 'embedded' | 'real')[];
  readonly minimumListeners: number;
  readonly phases: readonly Phase[];
  readonly load: Load;
  /** What happens to machines and links, and when. */
  readonly faults?: readonly MachineFault[];
  readonly invariants: readonly InvariantName[];
  /** Margin by which an objective must be met or missed to count, as a share of the target; default 0.05. */
  readonly margin?: number;
  readonly cases: readonly Case[];
  readonly notes: Notes;
}

/** Of a scenario that only measures. */
export const NO_NOTES: Notes = {
  see: '',
  why: '',
  fix: '',
  costs: '',
  questions: [],
  triage: [],
  caveats: [],
  arithmetic: [],
  sources: [],
};

/** Checks a scenario's form and returns it unchanged; throws `ScenarioError` with a sentence that says what to mend. */
export function defineScenario(scenario: Scenario): Scenario {
  checkScenario(scenario);
  return scenario;
}

export type { MachineFault };
export { ScenarioError };
