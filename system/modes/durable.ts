/**
 * The live system with a memory: what services were told is done is in a journal, and the next process begins with it.
 * Engines say what changes (`Durable`), their ports wait for the disk (`journalled-ports.ts`), the journal writes
 * (`runtime/journal`); services and engines know nothing of it. What engines do not call durable begins cold: Redis is a
 * cache, whose contents services make anew.
 */
import type { Durable, EmbeddedEngine, Gauge } from '../engines/engine.ts';
import type { LogChange } from '../engines/kafka/index.ts';
import {
  type Entry,
  type Found,
  type Identity,
  Journal,
  type JournalOptions,
} from '../runtime/journal/journal.ts';
import { JournalError } from '../runtime/journal/journal-error.ts';
import type { Machine, Simulation } from '../runtime/kernel/index.ts';
import { newEpochMs } from '../runtime/live-clock.ts';
import { HISTORY_GROUP } from '../services/listening/history-consumer.ts';
import { RECENTLY_PLAYED_GROUP } from '../services/listening/recently-played-consumer.ts';
import { OLDEST_PLAY_MS } from '../transport/http/index.ts';
import {
  composeEmbeddedSystem,
  createEmbeddedSystem,
  type EmbeddedOptions,
  type EmbeddedSystem,
} from './embedded.ts';
import { journalledIndex, journalledLog, journalledObjects, journalledStore } from './journalled-ports.ts';
import { SettingError } from './knobs.ts';
import type { EnginePorts, Engines } from './services.ts';
import { createWriteGate } from './write-gate.ts';

export interface JournalSettings extends Pick<JournalOptions, 'directory' | 'maxBytes' | 'maxUnwritten'> {
  /** Called once, when what the journal had is back. */
  readonly onRestored?: (restored: Restored) => void;
  /** Called at most once: reads go on, writes are refused from now on. */
  readonly onFailure: (error: JournalError) => void;
}

export interface Restored extends Found {
  /** Changes that the journal was shortened to; null: it was left as it was. */
  readonly shortenedTo: number | null;
}

export interface DurableOptions extends EmbeddedOptions {
  readonly journal: JournalSettings;
}

/**
 * Knobs on which it depends where data lies: with another value what is in the journal would not be found. A knob that
 * places data belongs here.
 */
export const PLACING_KNOBS: readonly string[] = [
  'playlist.schema',
  'playlist.buckets',
  'playlist.order',
  'playlist.libraryPeriodS',
  'listening.historyWrites',
  'listening.historyPeriodS',
  'listening.historyShards',
  'listening.playPartitions',
  'catalogue.updatePartitions',
  'events.format',
  'events.deadLetterPartitions',
];

/**
 * Recently played lies in the cache, which begins cold, and what a cache has lost the history knows. So its consumers go on
 * where those of the history do, and not behind plays that only the lost cache had.
 */
const LEADING_GROUP = HISTORY_GROUP;
const FOLLOWING_GROUP = RECENTLY_PLAYED_GROUP;

/** A journal is shortened at start when it holds this many times what the system holds, and this many changes more. */
const SHORTEN_FACTOR = 2;
const SHORTEN_MINIMUM = 1_000;

/** With a memory where a journal is asked for. Rejects with a `JournalError`, whose message is for whoever starts it. */
export async function startEmbeddedSystem({
  journal,
  ...options
}: EmbeddedOptions & { readonly journal?: JournalSettings | undefined }): Promise<EmbeddedSystem> {
  return journal === undefined ? createEmbeddedSystem(options) : createDurableSystem({ ...options, journal });
}

export async function createDurableSystem(options: DurableOptions): Promise<EmbeddedSystem> {
  if (options.configuration['events.format'] === 'objects')
    throw new SettingError(
      'events.format=objects cannot be kept in a journal: its objects exist in one process. Use avro or off.',
    );
  const { directory, maxBytes, maxUnwritten } = options.journal;
  const limits = {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(maxUnwritten === undefined ? {} : { maxUnwritten }),
  };
  const epochMs = newEpochMs(OLDEST_PLAY_MS);
  const journal = await Journal.open({ directory, identity: identityOf(options), epochMs, ...limits });
  try {
    return await goOn(options, journal);
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
}

/** Makes the system what it was, then lets time begin. */
async function goOn(options: DurableOptions, journal: Journal): Promise<EmbeddedSystem> {
  const { directory, onRestored, onFailure } = options.journal;
  const { system, engines, simulation, realTime, begin } = composeEmbeddedSystem(options, {
    ...(journal.found.epochMs === null ? {} : { epochMs: journal.found.epochMs }),
    startNs: journal.startNs,
    ports: (made, clock) => journalledPorts(made, clock, journal),
    ingest: (store, clock) => journalledObjects(store, createWriteGate(clock, journal)),
    gauges: gaugesOf(journal),
  });
  const durables = durablesOf([...Object.values(engines), system.audio.s3]);
  await restore(journal, durables, directory);
  const shortenedTo = await shorten(journal, durables);
  onRestored?.({ ...journal.found, shortenedTo });
  journal.begin({
    nowNs: () => simulation.nowNs,
    settle: (answer) => realTime.settle(answer),
    onFailure,
  });
  for (const [source, durable] of durables)
    durable.onChange((change) => {
      if (groupOf({ source, change }) !== FOLLOWING_GROUP) journal.append(source, change);
    });
  begin();
  const { ready, stop } = system;
  return Object.assign(system, {
    ready: () => ready() && journal.failure === null,
    async stop() {
      await stop();
      await journal.close();
    },
  });
}

function identityOf({ seed, listeners, hotPlaylists, configuration }: EmbeddedOptions): Identity {
  const { count, followers } = hotPlaylists;
  const knobs = PLACING_KNOBS.map((name) => [`--set ${name}=`, String(configuration[name])]);
  return {
    '--seed ': String(seed),
    '--listeners ': String(listeners),
    'hot playlists of its scenario: ': count === 0 ? 'none' : `${count} with ${followers} followers`,
    ...Object.fromEntries(knobs),
  };
}

/** What of a journal is put back for one of its entries. */
export function putBack(entry: Entry): readonly Entry[] {
  const group = groupOf(entry);
  if (group === FOLLOWING_GROUP) return [];
  if (group !== LEADING_GROUP) return [entry];
  const [kind, , offsets] = entry.change as Extract<LogChange, readonly ['offsets', ...unknown[]]>;
  return [entry, { source: entry.source, change: [kind, FOLLOWING_GROUP, offsets] satisfies LogChange }];
}

/** The group whose offsets these are; null: they are none. */
function groupOf({ source, change }: Entry): string | null {
  if (source !== 'kafka') return null;
  const known = change as LogChange;
  return known[0] === 'offsets' ? known[1] : null;
}

type Durables = ReadonlyMap<string, Durable>;

function durablesOf(engines: readonly EmbeddedEngine[]): Durables {
  const found = new Map<string, Durable>();
  for (const { name, durable } of engines) if (durable !== undefined) found.set(name, durable);
  return found;
}

async function restore(journal: Journal, durables: Durables, directory: string): Promise<void> {
  try {
    await journal.replay((entry) => {
      for (const { source, change } of putBack(entry)) {
        const durable = durables.get(source);
        if (durable === undefined) throw new RangeError(`There is no engine '${source}'.`);
        durable.restore(change);
      }
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new JournalError(
      'other-format',
      'the journal does not fit',
      `The journal in '${directory}' does not fit this version (${error.message.replace(/\.$/, '')}): use the version that wrote it, or take another directory.`,
    );
  }
  for (const durable of durables.values()) durable.restored();
}

/** Writes what the engines hold in place of how it came about, where that is much less. */
async function shorten(journal: Journal, durables: Durables): Promise<number | null> {
  const most = (journal.found.changes - SHORTEN_MINIMUM) / SHORTEN_FACTOR;
  if (most < 0) return null;
  let held = 0;
  for (const _ of entriesOf(durables)) if (++held > most) return null;
  try {
    await journal.replace(entriesOf(durables));
    return held;
  } catch (error) {
    // Without room for both, the long one stays.
    if (error instanceof JournalError && error.problem === 'full') return null;
    throw error;
  }
}

function* entriesOf(durables: Durables): Generator<Entry> {
  for (const [source, durable] of durables)
    for (const change of durable.changes())
      if (groupOf({ source, change }) !== FOLLOWING_GROUP) yield { source, change };
}

function journalledPorts(engines: Engines, simulation: Simulation, journal: Journal): EnginePorts {
  const gate = createWriteGate(simulation, journal);
  const { cassandra, kafka, elasticsearch, redis } = engines;
  return {
    cassandra: { connect: (client: Machine) => journalledStore(cassandra.connect(client), gate) },
    kafka: { connect: (client: Machine) => journalledLog(kafka.connect(client), gate) },
    elasticsearch: {
      connect: (client: Machine) => journalledIndex(elasticsearch.connect(client), gate),
      // Whoever makes an index anew goes on after a restart from what the journal has: nothing waits for its disk.
      admin: (client: Machine) => elasticsearch.admin(client),
    },
    redis,
  };
}

function gaugesOf(journal: Journal): Gauge[] {
  const group = 'journal';
  return [
    { name: 'journal bytes', unit: 'bytes', group, read: () => journal.statistics.bytes },
    { name: 'journal changes', unit: '1', group, read: () => journal.statistics.changes },
    { name: 'journal batches', unit: '1', group, read: () => journal.statistics.batches },
    { name: 'journal changes unwritten', unit: '1', group, read: () => journal.statistics.unwritten },
    { name: 'journal last write', unit: 'ms', group, read: () => journal.statistics.writeMs },
  ];
}
