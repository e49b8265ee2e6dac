import { ProcessLife } from './context.ts';
import type { Simulation } from './simulation.ts';
import type { Station } from './station.ts';

/**
 * One machine with one process on it: what can crash, restart, pause and have a clock that is off. Stations attached to
 * it stop with it. Engines and services listen for crashes to fail what they had in flight and to start anew.
 */
export class Machine {
  readonly id: number;
  readonly name: string;
  /** Added to the run's time when this machine reads its clock. */
  clockSkewNs = 0;
  life: ProcessLife;
  readonly #simulation: Simulation;
  readonly #stations: Station[] = [];
  readonly #onCrash: (() => void)[] = [];
  readonly #onRestart: (() => void)[] = [];
  readonly #onPause: (() => void)[] = [];
  #pausedSinceNs = 0;
  #pausedUntilNs = 0;

  constructor(simulation: Simulation, id: number, name: string) {
    this.#simulation = simulation;
    this.id = id;
    this.name = name;
    this.life = new ProcessLife(name);
  }

  get up(): boolean {
    return this.life.alive;
  }

  /** The end of the present pause; a time that has passed when there is none. */
  get pausedUntilNs(): number {
    return this.#pausedUntilNs;
  }

  /** When the present pause began, or the last one: one that is made longer begins only once. */
  get pausedSinceNs(): number {
    return this.#pausedSinceNs;
  }

  attach(station: Station): void {
    this.#stations.push(station);
  }

  onCrash(listener: () => void): void {
    this.#onCrash.push(listener);
  }

  onRestart(listener: () => void): void {
    this.#onRestart.push(listener);
  }

  /** Called when a pause begins, and when it becomes longer: `pausedUntilNs` says how long it is by then. */
  onPause(listener: () => void): void {
    this.#onPause.push(listener);
  }

  /** Everything stands still for `ns` (a stop-the-world collection, a frozen host); calls time out meanwhile. */
  pause(ns: number): void {
    if (!(ns >= 0)) throw new RangeError(`${this.name} cannot pause for ${ns} ns.`);
    const { nowNs } = this.#simulation;
    const untilNs = nowNs + Math.round(ns);
    if (untilNs <= Math.max(this.#pausedUntilNs, nowNs)) return;
    if (nowNs >= this.#pausedUntilNs) this.#pausedSinceNs = nowNs;
    this.#pausedUntilNs = untilNs;
    for (const station of this.#stations) station.pauseUntil(untilNs);
    for (const listener of this.#onPause) listener();
  }

  /**
   * The process dies: its queues are lost, promises of this life never settle, callers see a reset. A pause dies with
   * it: the next process has a heap and threads of its own.
   */
  crash(): void {
    if (!this.life.alive) return;
    this.life.alive = false;
    this.#pausedUntilNs = this.#simulation.nowNs;
    for (const station of this.#stations) station.clear();
    for (const listener of this.#onCrash) listener();
  }

  restart(): void {
    if (this.life.alive) return;
    this.life = new ProcessLife(this.name, this.life.number + 1);
    for (const listener of this.#onRestart) listener();
  }
}
