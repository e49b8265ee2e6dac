/**
 * Service level objectives and how fast their error budgets burn. A burn rate of 1 spends exactly the budget; an alert
 * fires when a long window has burnt much and a short one says that it still does (several windows, several rates:
 * "The Site Reliability Workbook", chapter 5, table 5-8). Time comes from the Clock port, so the arithmetic is the same
 * in virtual time.
 */
import type { Clock } from '../ports/clock.ts';
import { family, type MetricFamily, type Sample } from './metric-family.ts';
import { defaultObjective, OBJECTIVES, type Objective } from './objectives.ts';
import { RollingCounters } from './rolling-counter.ts';

const MINUTE_NS = 60e9;
const HOUR_NS = 60 * MINUTE_NS;

export const WINDOWS = [
  { name: '5m', ns: 5 * MINUTE_NS },
  { name: '30m', ns: 30 * MINUTE_NS },
  { name: '1h', ns: HOUR_NS },
  { name: '6h', ns: 6 * HOUR_NS },
  { name: '3d', ns: 72 * HOUR_NS },
] as const;

export type WindowName = (typeof WINDOWS)[number]['name'];

export interface AlertRule {
  readonly severity: 'page' | 'ticket';
  readonly burnRate: number;
  readonly long: WindowName;
  readonly short: WindowName;
}

/** Of a budget of 30 days these spend 2 % in an hour, 5 % in six hours, 10 % in three days. */
export const ALERTS: readonly AlertRule[] = [
  { severity: 'page', burnRate: 14.4, long: '1h', short: '5m' },
  { severity: 'page', burnRate: 6, long: '6h', short: '30m' },
  { severity: 'ticket', burnRate: 1, long: '3d', short: '6h' },
];

/** How a request ended, as far as objectives go: 'refused' is a right answer to a request that could not be served. */
export type Outcome = 'success' | 'refused' | 'fault';

export type SloName = 'availability' | 'latency';

export interface WindowBurn {
  readonly window: WindowName;
  readonly events: number;
  readonly bad: number;
  readonly burnRate: number;
}

export interface SloStatus {
  readonly operation: string;
  readonly slo: SloName;
  /** Share of events that must be good. */
  readonly objective: number;
  /** What is good, where it is a matter of time. */
  readonly thresholdMs?: number;
  readonly windows: readonly WindowBurn[];
  readonly alerts: readonly (AlertRule & { readonly firing: boolean })[];
}

/** estimate: of fewer requests in the long window, one failure says nothing. */
const FEWEST_EVENTS = 20;

const ANSWERED = 0;
const FAULTS = 1;
const SUCCESSES = 2;
const SLOW = 3;
const COUNTERS = 4;

interface Tracked {
  readonly objective: Objective;
  readonly thresholdNs: number;
  readonly counters: RollingCounters;
}

/** The service that requests from outside are calls of, where they come in by HTTP. */
export const HTTP = 'http';
/** Methods of the public API are some dozens; more names than this are not its methods. */
const MOST_OPERATIONS = 200;

export class Slos {
  readonly #clock: Clock;
  readonly #byOperation = new Map<string, Tracked>();
  readonly #byCall = new Map<string, Tracked>();

  constructor(clock: Clock, objectives: readonly Objective[] = OBJECTIVES) {
    this.#clock = clock;
    for (const objective of objectives) this.#track(objective);
  }

  /** `operation` of the public API. */
  record(operation: string, durationNs: number, outcome: Outcome): void {
    const tracked = this.#byOperation.get(operation) ?? this.#unforeseen(operation);
    if (tracked !== null) count(tracked, durationNs, outcome);
  }

  /** A call between services: it counts where it serves an operation of the public API. */
  recordCall(call: string, durationNs: number, outcome: Outcome): void {
    const tracked = this.#byCall.get(call) ?? this.#unforeseenCall(call);
    if (tracked !== null) count(tracked, durationNs, outcome);
  }

  /** Duration beyond which a call ('gateway.search', 'http.search') is slow; Infinity where nothing is promised. */
  slowNs(operation: string): number {
    return (
      (this.#byOperation.get(operation) ?? this.#byCall.get(operation))?.thresholdNs ??
      Number.POSITIVE_INFINITY
    );
  }

  status(): SloStatus[] {
    return [...this.#byOperation.values()].flatMap((tracked) => [
      statusOf(tracked, 'availability'),
      statusOf(tracked, 'latency'),
    ]);
  }

  families(): MetricFamily[] {
    const all = this.status();
    const labelsOf = ({ operation, slo }: SloStatus) => ({ operation, slo });
    return [
      family(
        'gauge',
        'slo_objective_ratio',
        'Share of requests that must be good.',
        all.map((status) => ({ labels: labelsOf(status), value: status.objective })),
      ),
      family(
        'gauge',
        'slo_burn_rate',
        'How fast the error budget is spent over a window: 1 spends exactly what there is.',
        all.flatMap((status) =>
          status.windows.map(({ window, burnRate }) => ({
            labels: { ...labelsOf(status), window },
            value: burnRate,
          })),
        ),
      ),
      family(
        'gauge',
        'slo_alert',
        'Whether an alert fires: both of its windows burn faster than its rate.',
        all.flatMap((status) => alertSamples(status, labelsOf(status))),
      ),
    ];
  }

  #track(objective: Objective): Tracked {
    const counters = new RollingCounters(
      COUNTERS,
      WINDOWS.map(({ ns }) => ns),
      () => this.#clock.now(),
    );
    const tracked = { objective, thresholdNs: objective.thresholdMs * 1e6, counters };
    this.#byOperation.set(objective.operation, tracked);
    this.#byCall.set(objective.servedBy, tracked);
    this.#byCall.set(`${HTTP}.${objective.operation}`, tracked);
    return tracked;
  }

  #unforeseen(operation: string): Tracked | null {
    if (this.#byOperation.size >= MOST_OPERATIONS) return null;
    return this.#track(defaultObjective(operation));
  }

  #unforeseenCall(call: string): Tracked | null {
    return call.startsWith('gateway.') ? this.#unforeseen(call.slice('gateway.'.length)) : null;
  }
}

function count({ counters, thresholdNs }: Tracked, durationNs: number, outcome: Outcome): void {
  counters.add(ANSWERED);
  if (outcome === 'fault') counters.add(FAULTS);
  if (outcome !== 'success') return;
  counters.add(SUCCESSES);
  if (durationNs > thresholdNs) counters.add(SLOW);
}

function statusOf({ objective, counters }: Tracked, slo: SloName): SloStatus {
  const share = slo === 'availability' ? objective.availability : objective.fast;
  const [all, bad] = slo === 'availability' ? [ANSWERED, FAULTS] : [SUCCESSES, SLOW];
  const windows = WINDOWS.map(({ name }, i): WindowBurn => {
    const events = counters.sum(i, all);
    const badEvents = counters.sum(i, bad);
    return {
      window: name,
      events,
      bad: badEvents,
      burnRate: events === 0 ? 0 : badEvents / events / (1 - share),
    };
  });
  const at = (name: WindowName) => windows.find(({ window }) => window === name)!;
  return {
    operation: objective.operation,
    slo,
    objective: share,
    ...(slo === 'latency' ? { thresholdMs: objective.thresholdMs } : {}),
    windows,
    alerts: ALERTS.map((rule) => ({
      ...rule,
      firing:
        at(rule.long).events >= FEWEST_EVENTS &&
        at(rule.long).burnRate >= rule.burnRate &&
        at(rule.short).burnRate >= rule.burnRate,
    })),
  };
}

function alertSamples({ alerts }: SloStatus, labels: Readonly<Record<string, string>>): Sample[] {
  return alerts.map(({ severity, long, firing }) => ({
    labels: { ...labels, severity, window: long },
    value: Number(firing),
  }));
}
