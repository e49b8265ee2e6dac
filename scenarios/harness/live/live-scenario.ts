/** A load profile in the form of a scenario with one case and one arm: judged, reported and compared like any other. */
import { NEW_TRACK_WAIT, NEW_TRACK_WAIT_S, PROMISED } from '../../load/objectives.ts';
import { shownKind } from '../../load/outcome.ts';
import { operationsOf, type Profile, publishes } from '../../load/profiles.ts';
import type { RunFigures } from '../figures.ts';
import { format } from '../judge.ts';
import { errors, milliseconds, objective, p, percent } from '../phrases.ts';
import type { Scenario } from '../scenario.ts';
import type { LiveLoad } from './live-load.ts';
import { describeRunning } from './running.ts';
import { waitSentence } from './waits.ts';

export const LIVE_ARM = 'as it is';
const MEASURED = 'steady';

const soonFound = objective(NEW_TRACK_WAIT, MEASURED, NEW_TRACK_WAIT_S, 's', (run) =>
  run.figure(NEW_TRACK_WAIT),
);

export const scenarioName = (profile: Profile) => `load-${profile.name}`;

/** What can be judged: an operation that nobody asked has no errors, one that never succeeded no latency. */
export interface Seen {
  readonly finished: readonly string[];
  readonly timed: readonly string[];
  /** Whether new tracks were looked for. */
  readonly waits: boolean;
}

/** What is sent, and to what, where the target says it. */
function titleOf({ profile, running }: LiveLoad): string {
  const as = running?.as ?? null;
  return as === null ? profile.title : `${profile.title} (${as.scenario} / ${as.arm} is served)`;
}

/** 'failures: 1,203 connection refused, 12 overloaded (503)': the most frequent first. */
function failuresIn(run: RunFigures, operations: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const operation of operations)
    for (const { kind, count } of run.operation(operation, MEASURED)?.errors ?? [])
      counts.set(kind, (counts.get(kind) ?? 0) + count);
  const kinds = [...counts].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
  if (kinds.length === 0) return [];
  return [`failures: ${kinds.map(([kind, count]) => `${format(count)} ${shownKind(kind)}`).join(', ')}`];
}

/** `engine`: who sends the load, 'k6 v1.8.1'. */
export function scenarioOf(load: LiveLoad, engine: string, { finished, timed, waits }: Seen): Scenario {
  const { profile, perSecond, warmUpS, seconds } = load;
  const first = profile.mix[0]!.traffic.operation;
  const judged = operationsOf(profile).filter((operation) => finished.includes(operation));
  return {
    name: scenarioName(profile),
    title: titleOf(load),
    teaches: profile.teaches,
    hypothesis: profile.hypothesis,
    modes: ['embedded', 'real'],
    minimumListeners: 1,
    phases: [
      { name: 'warm-up', seconds: warmUpS },
      { name: MEASURED, seconds },
    ],
    load: { plays: false, traffic: [] },
    invariants: [],
    cases: [
      {
        name: scenarioName(profile),
        title: profile.title,
        set: {},
        headline: {
          operation: first,
          series: [...(waits ? [NEW_TRACK_WAIT] : []), `${first} p99`, `${first} errors`, `${first} rate`],
        },
        objectives: [
          ...(waits ? [soonFound] : []),
          ...judged.flatMap((operation) => [
            ...(timed.includes(operation) ? [p(operation, 99, MEASURED, PROMISED[operation].p99Ms)] : []),
            errors(operation, MEASURED, PROMISED[operation].errorPercent),
          ]),
        ],
        evidence: [],
        arms: [
          {
            name: LIVE_ARM,
            role: 'live',
            title: describeRunning(load.running),
            says(run) {
              const shown = judged.map((operation) => {
                const failed = `${percent(run.errorShare(operation, MEASURED))} failed`;
                if (!timed.includes(operation)) return `${operation} ${failed}`;
                return `${operation} p99 ${milliseconds(run.latencyMs(operation, MEASURED, 0.99))}, ${failed}`;
              });
              const found = run.series(NEW_TRACK_WAIT) === undefined ? [] : [waitSentence(run)];
              const said = [...found, ...shown, ...failuresIn(run, judged)];
              return `${format(perSecond)} journeys/s by ${engine}: ${said.join('; ')}`;
            },
          },
        ],
      },
    ],
    notes: {
      see: `Latencies and errors of each operation at ${format(perSecond)} journeys a second, from the side of the clients.`,
      why: profile.teaches,
      fix: 'Compare before and after a change: rehearse compare takes two results of the same profile.',
      costs: 'The generator shares the machine with the system: what it needs itself is missing there.',
      questions: [
        'At which rate does the first objective break, and what is busy then?',
        'Which of the operations suffers first, and why that one?',
      ],
      triage: [
        `curl -s ${load.baseUrl}/admin/running`,
        `curl -s ${load.baseUrl}/metrics`,
        ...(publishes(profile) ? [`curl -s ${load.baseUrl}/metrics | grep search-indexer`] : []),
        `curl -s ${load.baseUrl}/readyz`,
      ],
      caveats: [
        'Latency counts from the intended start of a request, so a stall of the server is not hidden by a client that waits.',
        ...(publishes(profile)
          ? [
              'Of the new tracks one a second is looked for, twenty at a time: every half a second, later less often. A wait is told at most that much too long. Those looks stand in no other figure.',
            ]
          : []),
        'k6 spaces its arrivals evenly, the own generator draws them (Poisson): tails differ a little between the two.',
      ],
      arithmetic: [],
      sources: [],
    },
  };
}
