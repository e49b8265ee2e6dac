/**
 * One partition of a stage in the hands of one worker. A step is written down together with its offset, and only then
 * told; whoever takes the partition over tells the last step again. So each record counts once, whatever crashes when.
 *
 *   load ─▶ tell what the last owner may not have told ─▶ take records ─▶ append step ─▶ tell ─▶ take records …
 *    ▲                                                       │ refused: somebody else was faster
 *    └───────────────────────────────────────────────────────┘
 */
import type { Clock } from '../../../ports/clock.ts';
import type { Context } from '../../../ports/context.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import { Changelog, type ChangelogOptions } from './changelog.ts';
import { PartitionState, type Position, type Step } from './partition-state.ts';
import { settleAll } from './settle-all.ts';
import { createSinks, type SinkDependencies, type SinkWriter } from './sinks.ts';
import type { Stage } from './stage.ts';

export type TaskDependencies = SinkDependencies & Pick<ChangelogOptions, 'writer' | 'slots' | 'pieceLength'>;

interface Loaded {
  readonly state: PartitionState;
  readonly changelog: Changelog;
  readonly sinks: readonly SinkWriter[];
  /** Written down and not told yet. */
  untold: Step | null;
}

export class StreamTask {
  readonly #dependencies: TaskDependencies;
  readonly #stage: Stage;
  readonly #clock: Clock;
  /** Null: what is written down has to be read first. */
  #loaded: Loaded | null = null;
  /** When the last record came, or the partition itself. */
  #activeNs: number;
  /** Steps that somebody else had taken. */
  refused = 0;

  constructor(dependencies: TaskDependencies) {
    this.#dependencies = dependencies;
    this.#stage = dependencies.stage;
    this.#clock = dependencies.clock;
    this.#activeNs = dependencies.clock.now();
  }

  /** As far as it is known; null: not read yet. */
  get position(): Position | null {
    return this.#loaded?.state.position ?? null;
  }

  /** Windows of keys that are open, or that late records may still change. */
  get windows(): number {
    return this.#loaded?.state.windows.size ?? 0;
  }

  /** Takes in the records of a batch, in their order; resolves when they count and everybody has been told. */
  async process(context: Context, records: readonly LogRecord[]): Promise<void> {
    if (records.length > 0) this.#activeNs = this.#clock.now();
    await this.#advance(context, (state) => state.take(records));
  }

  /** No records: what waits for its time may have come, and the watermark of an idle partition follows the clock. */
  async rest(context: Context): Promise<void> {
    await this.#advance(context, (state) => this.#followClock(state));
    const { state, sinks } = this.#loaded!;
    for (const sink of sinks) await sink.write(context, state, null);
  }

  /** A failure leaves either what is written down or nothing in memory: the next call begins from there. */
  async #advance(context: Context, take: (state: PartitionState) => Step | null): Promise<void> {
    for (;;) {
      const loaded = this.#loaded ?? (await this.#load(context));
      await this.#tell(context, loaded);
      const step = take(loaded.state);
      if (step === null) return;
      // The state is ahead of what is written down: until that is mended it is worth nothing.
      this.#loaded = null;
      if (await this.#append(context, loaded.changelog, step)) {
        loaded.untold = step;
        this.#loaded = loaded;
        await this.#tell(context, loaded);
        return;
      }
      this.refused++;
    }
  }

  async #append(context: Context, changelog: Changelog, step: Step): Promise<boolean> {
    try {
      return await changelog.append(context, step);
    } catch (error) {
      // Who is cut off does not see what comes: it is no idle partition whose watermark may follow the clock.
      this.#activeNs = this.#clock.now();
      throw error;
    }
  }

  async #load(context: Context): Promise<Loaded> {
    const { store, stage, partition, writer, slots, pieceLength } = this.#dependencies;
    const changelog = new Changelog({ store, stage: stage.name, partition, writer, slots, pieceLength });
    const state = new PartitionState(stage);
    const untold = await changelog.load(context, state);
    this.#loaded = { state, changelog, sinks: createSinks(this.#dependencies), untold };
    return this.#loaded;
  }

  async #tell(context: Context, loaded: Loaded): Promise<void> {
    const { state, changelog, sinks, untold } = loaded;
    if (untold !== null) {
      await settleAll(sinks, (sink) => sink.write(context, state, untold));
      loaded.untold = null;
    }
    if (changelog.isSnapshotDue(state.position)) await changelog.writeSnapshot(context, state);
  }

  #followClock(state: PartitionState): Step | null {
    const { idleNs, outOfOrderNs, kind } = this.#stage;
    const nowNs = this.#clock.now();
    if (idleNs === 0 || nowNs - this.#activeNs < idleNs) return null;
    const watermarkNs = nowNs - Math.max(idleNs, outOfOrderNs);
    // Others wait for the watermark of a part; of a whole nobody does unless something is to be closed.
    const dueNs = kind === 'partial' ? state.position.watermarkNs + idleNs : state.windows.dueNs;
    return dueNs <= watermarkNs ? state.moveWatermark(watermarkNs) : null;
  }
}
