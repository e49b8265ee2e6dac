/** The two jobs of listening. */
import {
  PLAYS,
  SESSIONS,
  SESSIONS_LATE,
  TOP_CHARTS_LATE,
  TOP_CHARTS_PARTS,
} from '../../../contracts/topics.ts';
import { SKIP_MS } from '../skips.ts';
import type { StreamJob, StreamSource } from './description.ts';
import { streamTops } from './tables.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const plays: StreamSource = {
  topic: PLAYS,
  partitionedBy: 'listenerId',
  eventTime: 'playedAtNs',
  // Apps number plays as they like: a number says something among those of one listener only.
  // estimate: an app that got no answer has tried again, with the same id, within minutes or not at all.
  distinct: { field: 'playId', withinMs: 5 * MINUTE_MS },
};

// estimates: a play is in the log within seconds after it was stamped; an app that was offline is not waited for.
const time = { outOfOrderMs: 10_000, latenessMs: 10 * MINUTE_MS, idleMs: MINUTE_MS };

const session = { key: 'listenerId', from: 'startedAtNs', until: 'endedAtNs' };
/** estimate: a UUID and five numbers. */
const SESSION_BYTES = 80;
/** Short, as there is one key for each listener. */
export const SESSION_PREFIX = 's:';

/** What a listener is listening to in one go: until there has been no play for half an hour. */
export const sessionState = {
  name: 'session-state',
  source: plays,
  key: 'listenerId',
  window: { kind: 'session', gapMs: 30 * MINUTE_MS },
  time,
  aggregates: {
    tracks: { function: 'count' },
    skips: {
      function: 'count',
      where: [
        { field: 'skipped', equals: true },
        { field: 'listenedMs', below: SKIP_MS },
      ],
    },
    listenedMs: { function: 'sum', field: 'listenedMs' },
  },
  sinks: [
    { kind: 'cache', prefix: SESSION_PREFIX, ttlMs: 24 * HOUR_MS, as: session, bytes: SESSION_BYTES },
    { kind: 'topic', topic: SESSIONS, as: session, bytes: SESSION_BYTES },
  ],
  late: { topic: SESSIONS_LATE },
} as const satisfies StreamJob;

/** The hundred most played tracks of each hour. */
export const topCharts = {
  name: 'top-charts',
  source: plays,
  where: [{ field: 'listenedMs', atLeast: SKIP_MS }],
  key: 'trackId',
  window: { kind: 'tumbling', sizeMs: HOUR_MS },
  time,
  aggregates: { plays: { function: 'count' } },
  merge: { topic: TOP_CHARTS_PARTS },
  top: { by: 'plays', limit: 100 },
  // estimate: a chart that is ten seconds old is a new one.
  sinks: [{ kind: 'table', table: streamTops.name, everyMs: 10_000 }],
  late: { topic: TOP_CHARTS_LATE },
} as const satisfies StreamJob;
