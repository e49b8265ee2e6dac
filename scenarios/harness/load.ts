/**
 * Sets a run's requests going: the plays of the population's sessions and the scenario's Poisson streams, merged into
 * one process with one pending event. Latency counts from the intended start; nothing here waits for an answer.
 */

import type { PhaseWindow } from '../../reports/result.ts';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { CallContext, ProcessLife } from '../../system/runtime/kernel/index.ts';
import { PoissonStream, REQUESTS_PER_STREAM } from './arrivals.ts';
import type { Checks } from './checks.ts';
import { HopSheets, HopTimes } from './hop-times.ts';
import { createJourneys, PLAY, type Start } from './journeys.ts';
import type { PlayTrace } from './play-trace.ts';
import type { Recorder } from './recorder.ts';
import type { Traffic } from './scenario.ts';

/** `stream`: its place in the scenario, from 1. Requests are numbered by it, so that arms without the fault share the rest. */
export interface NumberedTraffic extends Traffic {
  readonly stream: number;
}

export interface LoadOptions {
  readonly system: SimulatedSystem;
  readonly recorder: Recorder;
  readonly checks: Checks;
  readonly phases: readonly PhaseWindow[];
  readonly traffic: readonly NumberedTraffic[];
  /** Null: nobody plays anything. */
  readonly plays: PlayTrace | null;
  readonly factor: number;
  readonly hotPlaylists: number;
}

export class LoadGenerator implements Start {
  /** Requests started. */
  started = 0;
  plays = 0;
  readonly active: ActiveListeners;
  readonly #options: LoadOptions;
  readonly #streams: PoissonStream[];
  readonly #run: ((request: number) => void)[];
  readonly #playOperation: number;
  readonly #play: (trace: PlayTrace, index: number) => void;
  readonly #life = new ProcessLife('listeners');
  readonly #sheets: HopSheets;
  readonly #spare: Measured[] = [];
  readonly #endNs: number;
  readonly #fire: number;
  #phase = 0;

  constructor(options: LoadOptions) {
    const { system, recorder, phases, traffic, factor } = options;
    this.#options = options;
    this.#endNs = phases.at(-1)!.endS * 1e9;
    this.#sheets = new HopSheets(system.hops.length);
    this.#streams = traffic.map((t) => new PoissonStream(system.simulation.seed, t, phases, factor));
    const journeys = createJourneys(this, options);
    this.#run = traffic.map((t) => journeys.of(t));
    this.#play = journeys.play;
    this.#playOperation = recorder.operations.indexOf(PLAY);
    this.active = new ActiveListeners(system.population.listeners);
    this.#fire = system.simulation.registerEntry((source) => this.#arrive(source));
  }

  begin(): void {
    this.#scheduleNext();
  }

  get playOperation(): number {
    return this.#playOperation;
  }

  context(request: number): CallContext {
    return new CallContext(request, this.#life, new HopTimes(this.#sheets.take()));
  }

  /**
   * Books the request as begun now and its answer when it comes. Never rejects; resolves to the answer or undefined.
   * `acknowledged` is called with the request's number once it has succeeded.
   */
  measure<T>(
    operation: number,
    context: CallContext,
    work: Promise<T>,
    acknowledged: ((request: number) => void) | null = null,
  ): Promise<T | undefined> {
    const { recorder, system } = this.#options;
    const phase = this.#phase;
    this.started++;
    recorder.arrive(operation, phase);
    const measured = this.#spare.pop() ?? new Measured(this.#finish);
    measured.operation = operation;
    measured.phase = phase;
    measured.startNs = system.simulation.nowNs;
    measured.context = context;
    measured.acknowledged = acknowledged;
    return work.then(measured.onAnswer as (answer: T) => T, measured.onError);
  }

  readonly #finish = (measured: Measured, error: Error | null): void => {
    const { operation, phase, startNs, acknowledged } = measured;
    const context = measured.context!;
    measured.context = null;
    this.#spare.push(measured);
    context.close();
    const { recorder, system } = this.#options;
    const latencyNs = system.simulation.nowNs - startNs;
    const sheet = (context.trace as HopTimes).close();
    recorder.finish(operation, phase, latencyNs, error, sheet);
    this.#sheets.giveBack(sheet);
    if (error === null) acknowledged?.(context.request);
  };

  #arrive(source: number): void {
    const { plays, system, phases, traffic } = this.#options;
    const nowNs = system.simulation.nowNs;
    while (this.#phase < phases.length - 1 && nowNs >= phases[this.#phase]!.endS * 1e9) this.#phase++;
    if (source < 0) {
      if (phases[this.#phase]!.measured) this.active.add(plays!.listeners[this.plays]!);
      this.#play(plays!, this.plays++);
    } else {
      const stream = this.#streams[source]!;
      this.#run[source]!(traffic[source]!.stream * REQUESTS_PER_STREAM + stream.count);
      stream.next();
    }
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    const { plays, system } = this.#options;
    let source = -1;
    let timeNs = Number.POSITIVE_INFINITY;
    if (plays !== null && this.plays < plays.count) timeNs = plays.timesNs[this.plays]!;
    for (let i = 0; i < this.#streams.length; i++) {
      const streamNs = this.#streams[i]!.timeNs;
      if (streamNs < timeNs) {
        timeNs = streamNs;
        source = i;
      }
    }
    if (timeNs >= this.#endNs) return;
    const { simulation } = system;
    simulation.schedule(Math.max(0, timeNs - simulation.nowNs), this.#fire, source);
  }
}

/** A request under way. It keeps its callbacks, and is used again when its answer is there. */
class Measured {
  operation = 0;
  phase = 0;
  startNs = 0;
  context: CallContext | null = null;
  acknowledged: ((request: number) => void) | null = null;
  readonly onAnswer: (answer: unknown) => unknown;
  readonly onError: (error: Error) => undefined;

  constructor(finish: (measured: Measured, error: Error | null) => void) {
    this.onAnswer = (answer) => {
      finish(this, null);
      return answer;
    };
    this.onError = (error) => {
      finish(this, error);
      return undefined;
    };
  }
}

/** Counts distinct listeners: a bit each where the population allows it. */
class ActiveListeners {
  count = 0;
  readonly #bits: Uint8Array | null;
  readonly #set = new Set<number>();

  constructor(listeners: number) {
    // 16 million listeners are 2 MB of bits; above that, only those who come are remembered.
    this.#bits = listeners <= 2 ** 24 ? new Uint8Array(Math.ceil(listeners / 8) + 1) : null;
  }

  add(listener: number): void {
    if (this.#bits === null) {
      this.#set.add(listener);
      this.count = this.#set.size;
      return;
    }
    const byte = listener >>> 3;
    const bit = 1 << (listener & 7);
    if ((this.#bits[byte]! & bit) !== 0) return;
    this.#bits[byte]! |= bit;
    this.count++;
  }
}
