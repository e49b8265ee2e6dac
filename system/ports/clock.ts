import type { Context } from './context.ts';

/** One nanosecond is the unit of time everywhere inside the system; these are for the reader. */
export const MICROSECOND = 1_000;
export const MILLISECOND = 1_000_000;
export const SECOND = 1_000_000_000;

/** A handle for `cancel`; forgetting it is harmless. */
export type Timer = number;

/**
 * Time as one process sees it (with its own skew). Services and policies know no other clock.
 * `now` is whole nanoseconds since the start of the run.
 */
export interface Clock {
  now(): number;
  /** Resolves after `ns`; rejects when the context is cancelled before. */
  sleep(context: Context, ns: number): Promise<void>;
  /** Calls back after `ns` unless cancelled. */
  after(ns: number, callback: () => void): Timer;
  cancel(timer: Timer): void;
}

/** Randomness keyed by (seed, purpose, entity, request, attempt): the same key gives the same draw, in whatever order. */
export interface Random {
  /** In (0, 1). */
  uniform(entity: number, request?: number, attempt?: number): number;
}
