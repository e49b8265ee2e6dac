/**
 * The process that makes the index of the catalogue anew: from one version to the next, when its time has come
 * (`reindex.afterS`) or an operator says so. A predecessor may have died at any moment, so it begins with what that one left:
 *
 *   writes blocked                             let in again, or indexers would wait for ever
 *   a version that nobody was moved to         deleted: making it anew costs what going on with it would
 *   a version that everybody was moved from    deleted, when the last search on it is long over
 */
import { MILLISECOND, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import { CATALOGUE_INDEX, catalogueIndexVersion, versionOf } from './catalogue-index.ts';
import type { SearchKnobs } from './knobs.ts';
import {
  createReindexer,
  deleteOnce,
  type ReindexerDependencies,
  type Reindexing,
  untilDone,
} from './reindexer.ts';

export interface ReindexTarget {
  readonly index: string;
  readonly shards: number;
}

export interface ReindexState {
  /** `keeping`: everybody is on the new index, and the old one is still there. Null: nothing is done. */
  readonly underWay:
    | (ReindexTarget & { readonly step: 'copying' | 'keeping'; readonly copied: number })
    | null;
  /** The last one of this process that came to its end. */
  readonly last: (ReindexTarget & Reindexing) | null;
}

export interface ReindexWorker {
  /** Clears away what a predecessor left, and makes the next version where `afterS` says so. */
  run(context: Context): Promise<void>;
  /**
   * Begins the next version; resolves with what it will be. `shards` 0: as the knob says. `conflict`: one is under way, or
   * what a predecessor left is being cleared away.
   */
  start(options: { readonly shards: number }): Promise<ReindexTarget>;
  state(): ReindexState;
}

export function createReindexWorker(
  dependencies: ReindexerDependencies,
  searchKnobs: SearchKnobs,
): ReindexWorker {
  const { admin, clock, knobs } = dependencies;
  const reindexer = createReindexer(dependencies);
  const keepNs = knobs.keepMs * MILLISECOND;
  const beganNs = clock.now();
  /** Null: the process has not begun. */
  let home: Context | null = null;
  let busy = false;
  /** Of all that this process has seen: what is still on its way to one that was deleted must not find another of its name. */
  let highest = 0;
  let underWay: ReindexState['underWay'] = null;
  let last: ReindexState['last'] = null;

  /** Leaves one version, and says which number comes next. */
  async function clear(context: Context): Promise<{ next: number; shards: number } | null> {
    const present = await untilDone(clock, context, () => admin.resolve(context, CATALOGUE_INDEX));
    if (present === undefined) return null;
    const names = await untilDone(clock, context, () => admin.list(context));
    const version = versionOf(present.index) ?? 0;
    await untilDone(clock, context, () => admin.allowWrites(context, present.index));
    highest = Math.max(highest, version);
    for (const name of names) {
      const other = versionOf(name);
      if (other === null || name === present.index) continue;
      highest = Math.max(highest, other);
      const untilNs = beganNs + keepNs;
      if (other < version && untilNs > clock.now()) await clock.sleep(context, untilNs - clock.now());
      await untilDone(clock, context, () => deleteOnce(admin, context, name));
    }
    return { next: highest + 1, shards: present.shards };
  }

  /** Resolves when it has begun; `done` when the old index is gone. */
  async function begin(
    context: Context,
    wanted: number,
  ): Promise<{ target: ReindexTarget; done: Promise<void> }> {
    const found = await clear(context);
    if (found === null) throw new PortError('not-found', 'search.reindex', true, `alias ${CATALOGUE_INDEX}`);
    const shards = wanted || knobs.shards || found.shards;
    const definition = catalogueIndexVersion({ ...searchKnobs, shards }, found.next);
    const target = { index: definition.name, shards };
    underWay = { ...target, step: 'copying', copied: 0 };
    const work = async () => {
      const reindexing = await reindexer.run(context, CATALOGUE_INDEX, definition, {
        onCopied: (documents) => {
          underWay = { ...target, step: 'copying', copied: underWay!.copied + documents };
        },
        onMoved: ({ copied }) => {
          underWay = { ...target, step: 'keeping', copied };
        },
      });
      last = { ...target, ...reindexing };
    };
    const done = work().finally(() => {
      underWay = null;
    });
    return { target, done };
  }

  return {
    async run(context) {
      home = context;
      busy = true;
      await clear(context);
      busy = false;
      if (knobs.afterS === 0) return;
      await clock.sleep(context, knobs.afterS * SECOND);
      // An operator was faster.
      if (busy) return;
      busy = true;
      try {
        await (await begin(context, 0)).done;
      } finally {
        busy = false;
      }
    },

    async start({ shards }) {
      if (home === null || busy)
        throw new PortError(
          'conflict',
          'search.reindex',
          true,
          'a version is being made or cleared away already',
        );
      busy = true;
      const free = () => {
        busy = false;
      };
      try {
        const { target, done } = await begin(home, shards);
        // Whoever asks for the state finds no last one; what is left over, the next one clears away.
        done.then(free, free);
        return target;
      } catch (error) {
        free();
        throw error;
      }
    },

    state: () => ({ underWay, last }),
  };
}
