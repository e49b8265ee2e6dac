/**
 * The traffic of a scenario's trigger as a load profile, so that an incident can be felt live: the same requests at the
 * same rates, by the own generator. Plays of the population's sessions are left out; they are what `load play` sends.
 */
import { addTrackToHot, followHot, OPEN_PLAYLIST, OPEN_TRACK, openHot, SEARCH } from '../../load/journeys.ts';
import type { Profile } from '../../load/profiles.ts';
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

/** Throws HarnessError (exit code 2) where a journey has no live counterpart. */
export function profileOfScenario(scenario: Scenario, { listeners, fault }: TrafficChoice): Profile {
  const factor = scaleFactor(listeners);
  const rates = new Map<LiveTraffic['operation'], { traffic: LiveTraffic; perSecond: number }>();
  for (const one of scenario.load.traffic) {
    const perSecond = factor * rateOf(one);
    if (perSecond === 0 || (one.fault === true && !fault)) continue;
    const traffic = liveTraffic(scenario, one);
    const before = rates.get(traffic.operation)?.perSecond ?? 0;
    rates.set(traffic.operation, { traffic, perSecond: before + perSecond });
  }
  const total = [...rates.values()].reduce((sum, { perSecond }) => sum + perSecond, 0);
  // What the incident is about comes first: it is what most requests ask.
  const ordered = [...rates.values()].sort((a, b) => b.perSecond - a.perSecond);
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

function liveTraffic(scenario: Scenario, { operation, journey }: Traffic): LiveTraffic {
  const count = scenario.load.hotPlaylists?.count ?? 0;
  if (journey.kind === 'open-playlist') return journey.from === 'hot' ? openHot(count) : OPEN_PLAYLIST;
  if (journey.kind === 'search') return SEARCH;
  if (journey.kind === 'look-up-track') return OPEN_TRACK;
  if (journey.kind === 'follow' && journey.from === 'hot') return followHot(count);
  if (journey.kind === 'add-track' && journey.from === 'hot') return addTrackToHot(count);
  throw new HarnessError(
    `The traffic of ${scenario.name} cannot be sent to a live system: there is nobody there who may do '${operation}' (${journey.kind}). Send a profile instead, such as rehearse load browse.`,
    USAGE,
  );
}

/** What a scenario sends in its trigger, whether or not it can be sent from outside: 'playlist.get hot 331/s, playlist.follow 30/s'. */
export function mixText({ load }: Scenario, listeners: number): string {
  const factor = scaleFactor(listeners);
  return load.traffic
    .filter((one) => rateOf(one) > 0)
    .sort((a, b) => rateOf(b) - rateOf(a))
    .map((one) => `${one.operation} ${Math.round(factor * rateOf(one) * 10) / 10}/s`)
    .join(', ');
}
