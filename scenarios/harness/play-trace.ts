/**
 * The plays of a run, drawn once and read by every arm: they depend on the seed and the population alone, and the
 * stationary start of 40,000 sessions costs more than a second of the run itself. Kept by the worker for the next arm.
 */
import { createPlayArrivals, type Population } from '../../fixtures/index.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';

/** Plays in order of time, as columns. */
export interface PlayTrace {
  readonly count: number;
  readonly timesNs: Float64Array;
  readonly listeners: Float64Array;
  readonly tracks: Float64Array;
  readonly listenedMs: Uint32Array;
  readonly skipped: Uint8Array;
}

export interface PlayTraceOptions {
  readonly population: Population;
  readonly activeListeners: number;
  readonly seconds: number;
  /** Tells populations of the same size apart: the name of the measured profile, or ''. */
  readonly profile: string;
}

/** Mean plays of an active listener a second, rounded up: a first guess for the columns' length. */
const PLAYS_PER_SECOND = 0.012;
/** Seeds whose traces are kept at a time: three seeds of one scenario, a few megabytes each. */
const KEPT = 4;

const kept = new Map<string, PlayTrace>();

export function playTrace(options: PlayTraceOptions): PlayTrace {
  const { population, activeListeners, seconds, profile } = options;
  const key = [population.seed, population.listeners, activeListeners, seconds, profile].join(' ');
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
  const trace = draw(population, activeListeners, seconds * SECOND);
  kept.set(key, trace);
  return trace;
}

function draw(population: Population, activeListeners: number, untilNs: number): PlayTrace {
  const arrivals = createPlayArrivals({ population, activeListeners });
  let capacity = Math.ceil(activeListeners * PLAYS_PER_SECOND * (untilNs / SECOND)) + 16;
  let trace = columns(capacity);
  let count = 0;
  for (arrivals.next(); arrivals.timeNs < untilNs; arrivals.next()) {
    if (count === capacity) {
      capacity *= 2;
      trace = widened(trace, capacity);
    }
    trace.timesNs[count] = arrivals.timeNs;
    trace.listeners[count] = arrivals.listener;
    trace.tracks[count] = arrivals.track;
    trace.listenedMs[count] = arrivals.listenedMs;
    trace.skipped[count] = arrivals.skipped ? 1 : 0;
    count++;
  }
  return { ...trace, count };
}

function columns(capacity: number): Omit<PlayTrace, 'count'> {
  return {
    timesNs: new Float64Array(capacity),
    listeners: new Float64Array(capacity),
    tracks: new Float64Array(capacity),
    listenedMs: new Uint32Array(capacity),
    skipped: new Uint8Array(capacity),
  };
}

function widened(trace: Omit<PlayTrace, 'count'>, capacity: number): Omit<PlayTrace, 'count'> {
  const wider = columns(capacity);
  wider.timesNs.set(trace.timesNs);
  wider.listeners.set(trace.listeners);
  wider.tracks.set(trace.tracks);
  wider.listenedMs.set(trace.listenedMs);
  wider.skipped.set(trace.skipped);
  return wider;
}
