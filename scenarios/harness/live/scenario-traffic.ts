/**
 * The traffic of a scenario's trigger as a load profile, so that an incident can be felt live: the same requests at the
 * same rates, by the own generator. Plays of the population's sessions are left out; they are what `load play` sends.
 */
import {
  ADD_AND_READ_BACK,
  addTrackToHot,
  FOLLOW,
  followHot,
  OPEN_PLAYLIST,
  OPEN_TRACK,
  openHot,
  SEARCH,
} from '../../load/journeys.ts';
import type { Profile } from '../../load/profiles.ts';
import { publishTracks } from '../../load/publish.ts';
import type { Traffic as LiveTraffic } from '../../load/requests.ts';
import { scaleFactor } from '../configuration.ts';
import { HarnessError } from '../run.ts';
import type { Scenario, Traffic } from '../scenario.ts';

const PHASE = 'trigger';
const USAGE = 2;

export interface TrafficChoice {
  /** Population of the target: rates scale as its servers do. */
  readonly listeners: number;
  /** False: what an arm without the fault sees. */
  readonly fault: boolean;
}

/** One kind of traffic, and how much there is of it. */
interface Kind {
  readonly traffic: LiveTraffic;
  readonly perSecond: number;
}

/** Throws HarnessError (exit code 2) where the trigger has nothing but plays. */
export function profileOfScenario(scenario: Scenario, { listeners, fault }: TrafficChoice): Profile {
  const factor = scaleFactor(listeners);
  const kinds = new Map<LiveTraffic['operation'], Kind[]>();
  for (const one of scenario.load.traffic) {
    const perSecond = factor * rateOf(one);
    if (perSecond === 0 || (one.fault === true && !fault)) continue;
    const traffic = liveTraffic(scenario, one);
    kinds.set(traffic.operation, [...(kinds.get(traffic.operation) ?? []), { traffic, perSecond }]);
  }
  if (kinds.size === 0)
    throw new HarnessError(
      `The ${PHASE} of ${scenario.name}${fault ? '' : ', without its fault,'} has nothing but plays: send those with rehearse load play.`,
      USAGE,
    );
  const rates = [...kinds.values()].map(together);
  const total = rates.reduce((sum, { perSecond }) => sum + perSecond, 0);
  // What the incident is about comes first: it is what most requests ask.
  const ordered = rates.toSorted((a, b) => b.perSecond - a.perSecond);
  return {
    name: scenario.name,
    title: scenario.title,
    teaches: scenario.teaches,
    hypothesis: `While the traffic of the ${PHASE} of ${scenario.name} comes${fault ? '' : ', without its fault'}, every operation keeps its objectives, and every answer is right.`,
    // The command that replays it takes whole numbers.
    perSecond: Math.max(1, Math.round(total)),
    seconds: scenario.phases.find(({ name }) => name === PHASE)?.seconds ?? 60,
    mix: ordered.map(({ traffic, perSecond }) => ({ traffic, share: perSecond / total })),
  };
}

const rateOf = ({ perSecond }: Traffic) => perSecond[PHASE] ?? perSecond.always ?? 0;

/** Traffic about the same thing is one line of a result: each request is of one kind, by their rates. */
function together(kinds: readonly Kind[]): Kind {
  const [first] = kinds as [Kind, ...Kind[]];
  if (kinds.length === 1) return first;
  const perSecond = kinds.reduce((sum, kind) => sum + kind.perSecond, 0);
  const all = <T>(of: (traffic: LiveTraffic) => readonly T[] | undefined) => [
    ...new Set(kinds.flatMap(({ traffic }) => of(traffic) ?? [])),
  ];
  return {
    perSecond,
    traffic: {
      operation: first.traffic.operation,
      beside: all(({ beside }) => beside),
      labels: all(({ labels }) => labels),
      journey(draws, request) {
        let [left, at] = [draws.kind(request) * perSecond, 0];
        while (left >= kinds[at]!.perSecond && at < kinds.length - 1) left -= kinds[at++]!.perSecond;
        return kinds[at]!.traffic.journey(draws, request);
      },
    },
  };
}

function liveTraffic({ load }: Scenario, { journey }: Traffic): LiveTraffic {
  const count = load.hotPlaylists?.count ?? 0;
  switch (journey.kind) {
    case 'open-playlist':
      return journey.from === 'hot' ? openHot(count) : OPEN_PLAYLIST;
    case 'follow':
      return journey.from === 'hot' ? followHot(count) : FOLLOW;
    case 'add-track':
      return journey.from === 'hot' ? addTrackToHot(count) : ADD_AND_READ_BACK;
    case 'search':
      return SEARCH;
    case 'look-up-track':
      return OPEN_TRACK;
    case 'publish-track':
      return publishTracks(journey.hotLabelShare ?? 0);
  }
}

/** What a scenario sends in its trigger, plays left out: 'playlist.get hot 331/s, playlist.follow 30/s'. */
export function mixText({ load }: Scenario, listeners: number): string {
  const factor = scaleFactor(listeners);
  return load.traffic
    .filter((one) => rateOf(one) > 0)
    .sort((a, b) => rateOf(b) - rateOf(a))
    .map((one) => `${one.operation} ${Math.round(factor * rateOf(one) * 10) / 10}/s`)
    .join(', ');
}
