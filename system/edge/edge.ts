/** The content delivery network in virtual time: the port, what a composition root needs, and a look inside. */
import type { EmbeddedEngine, EngineEnvironment, EngineNode } from '../engines/engine.ts';
import { withDefaults } from '../engines/with-defaults.ts';
import type { AudioEdge, PurgeTarget } from '../ports/audio-edge.ts';
import type { Context } from '../ports/context.ts';
import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts';
import type { ImmediateUrlVerifier, UrlGrant } from '../ports/url-signer.ts';
import type { Carrier, Machine, Station } from '../runtime/kernel/index.ts';
import { CacheNode } from './cache-node.ts';
import { HEADER_BYTES } from './cost.ts';
import { countersOf } from './counters.ts';
import { gaugesOf } from './gauges.ts';
import { nearestSites, PLACES, SITES } from './geography.ts';
import { type EdgeKnobs, edgeKnobs } from './knobs.ts';
import { ListenerLink, Trips } from './links.ts';
import { Purges } from './purges.ts';
import { Requests } from './requests.ts';
import { createSteadyStates, type SteadyState } from './steady-state.ts';
import { WarmContents, type WarmSource } from './warm-contents.ts';
import { type SiteFault, WideArea } from './wide-area.ts';

export interface EdgeOptions {
  readonly knobs?: Partial<EdgeKnobs>;
  /** The origin, as a process on this machine reaches it. */
  readonly origin: (machine: Machine) => ObjectStore;
  readonly verifier: ImmediateUrlVerifier;
  /** Sites whose pages may embed audio, as browsers name them: 'https://open.rehearsal.example'. Apps name none. */
  readonly allowedOrigins?: readonly string[];
  /** What the caches hold before the run; absent: nothing. */
  readonly warm?: WarmSource;
}

/** A point of presence as something else sees it that runs there. */
export interface PointOfPresence {
  readonly site: number;
  readonly name: string;
  readonly machine: Machine;
  readonly cpu: Station;
}

export interface EmbeddedEdge extends EmbeddedEngine, AudioEdge {
  readonly knobs: EdgeKnobs;
  /** Names of the points of presence, by number: 'fra'. */
  readonly sites: readonly string[];
  /** The point of presence that serves a place (`PLACES`) when all are up. */
  siteOf(place: number): number;
  /** The point of presence to which a request from a place is sent now: one that is down is avoided once routes have followed. */
  routeOf(place: number): number;
  readonly points: readonly PointOfPresence[];
  /** The way between listeners and a point of presence, for machines that stand for places: by machine, the place. */
  linkOf(site: number, places: ReadonlyMap<number, number>): Carrier;
  /** From one point of presence to another, one way; the origin and the gateway are at the first. Never resolves when one is cut off. */
  travel(context: Context, from: number, to: number): Promise<void>;
  /** A request was refused in front of the points of presence, by whoever checks signatures for them. */
  countRefusal(): void;
  /** Counts an answer of something else that runs at a point of presence, as it counts its own. */
  countAnswer(site: number, bytes: number): void;
  /** Called when a purge has reached a point of presence. */
  onPurge: ((site: number, target: PurgeTarget) => void) | null;
  /** Time of a round trip between a place and a point of presence, in ns: drawn for this request. */
  roundTripNs(place: number, site: number, request: number): number;
  /** What happens on the way to and from a point of presence. */
  setFault(site: number, fault: SiteFault | null): void;
  /** Puts a copy of an object into the cache of a point of presence, or ('shield') of the shield, as if it had been asked for. */
  preload(where: number | 'shield', info: ObjectInfo): void;
  /** What is kept of an object: the version, and how many of its chunks; null: nothing. */
  inspect(where: number | 'shield', path: string): { readonly etag: string; readonly chunks: number } | null;
  /** Called for each answer when its last byte is at the point of presence. */
  onServe: ((path: string, etag: string, site: string) => void) | null;
  /** Called for each grant that was accepted. */
  onAccept: ((grant: UrlGrant, nowNs: number) => void) | null;
  readonly figures: EdgeFigures;
}

/** Since the start of the run. */
export interface EdgeFigures {
  readonly requests: number;
  /** Refused for want of a valid signed URL, or because of the site that asked. */
  readonly refused: number;
  /** Chunks that points of presence had, and had not. */
  readonly hits: number;
  readonly misses: number;
  /** Requests that joined a fetch which others had begun. */
  readonly coalesced: number;
  readonly shieldHits: number;
  readonly shieldMisses: number;
  readonly originRequests: number;
  readonly originBytes: number;
  /** Bytes sent to listeners. */
  readonly egressBytes: number;
  /** For what was sent to listeners; the origin's bill is its own. */
  readonly dollars: number;
}

export function createEdge(environment: EngineEnvironment, options: EdgeOptions): EmbeddedEdge {
  const { simulation } = environment;
  const knobs = withDefaults('The edge', edgeKnobs, options.knobs);
  const positions = SITES.slice(0, knobs.sites);
  const nearest = PLACES.map((place) => nearestSites(place, positions));
  const wideArea = new WideArea(simulation, PLACES, positions);
  const states =
    options.warm &&
    createSteadyStates(options.warm, knobs.evictionPolicy, knobs.cacheGB * 1e9, knobs.shieldCacheGB * 1e9);
  const createNode = (name: string, site: number, cacheGB: number, state: SteadyState | undefined) => {
    const machine = environment.createMachine(`edge-${name}`);
    const store = options.origin(machine);
    const random = simulation.random(`edge warm ${name}`);
    const warm = state && new WarmContents(options.warm!, state, (hash) => random.uniform(hash));
    return new CacheNode({ simulation, name, site, machine, store, cacheGB, knobs, warm });
  };
  const sites = positions.map(({ name }, site) => createNode(name, site, knobs.cacheGB, states?.ofSite()));
  const shield = knobs.shield ? createNode('shield', 0, knobs.shieldCacheGB, states?.ofShield()) : null;
  const requests = new Requests({
    simulation,
    wideArea,
    sites,
    shield,
    nearest,
    verifier: options.verifier,
    allowedOrigins: new Set(options.allowedOrigins),
    knobs,
    hop: (name) => environment.hop(name),
  });
  const purges = new Purges({ simulation, wideArea, sites, shield, fetches: requests.fetches, knobs });
  const trips = new Trips(simulation, wideArea, environment.hop('edge.backbone'));
  const figures = figuresOf(sites, shield, requests, knobs);
  const nodes = [...sites, ...(shield === null ? [] : [shield])];
  const nodeAt = (where: number | 'shield') => (where === 'shield' ? shield : (sites[where] ?? null));

  return {
    name: 'edge',
    knobs,
    nodes: nodes.map(engineNode),
    gauges: gaugesOf(simulation, figures, sites),
    counters: countersOf(figures, sites, nodes),
    sites: sites.map(({ name }) => name),
    siteOf: (place) => nearest[place]![0]!,
    routeOf: (place) => requests.route(nearest[place]!).site,
    points: sites.map(({ site, name, machine, cpu }) => ({ site, name, machine, cpu })),
    linkOf: (site, places) => new ListenerLink(wideArea, site, places),
    travel: (context, from, to) => trips.travel(context, from, to),
    countRefusal() {
      requests.refused++;
    },
    countAnswer(site, bytes) {
      const node = sites[site]!;
      node.requests++;
      node.egressBytes += HEADER_BYTES + bytes;
    },
    get onPurge() {
      return purges.onPurge;
    },
    set onPurge(listener) {
      purges.onPurge = listener;
    },
    roundTripNs: (place, site, request) => wideArea.roundTripNs(place, site, request),
    fetch: (context, request) => requests.fetch(context, request),
    fetchMore: (context, answer, range) => requests.fetchMore(context, answer, range),
    purge: (context, target) => purges.purge(context, target),
    setFault: (site, fault) => wideArea.setFault(site, fault),
    preload(where, info) {
      const cache = nodeAt(where)?.cache;
      if (cache === undefined) return;
      const chunks = Math.ceil(info.size / cache.chunkBytes);
      cache.add(`/${info.key}`, info, 0, chunks, simulation.nowNs + info.maxAgeS * 1e9);
    },
    inspect(where, path) {
      const object = nodeAt(where)?.cache.find(path);
      return object === undefined ? null : { etag: object.info.etag, chunks: object.held };
    },
    get onServe() {
      return requests.onServe;
    },
    set onServe(listener) {
      requests.onServe = listener;
    },
    get onAccept() {
      return requests.onAccept;
    },
    set onAccept(listener) {
      requests.onAccept = listener;
    },
    get figures() {
      return figures();
    },
    // Nothing periodic runs here.
    stop() {},
  };
}

function engineNode(node: CacheNode): EngineNode {
  return {
    machine: node.machine,
    stations: [node.cpu],
    requests: () => node.requests,
    largestBytes: () => node.cache.bytes,
  };
}

function figuresOf(
  sites: readonly CacheNode[],
  shield: CacheNode | null,
  requests: Requests,
  knobs: EdgeKnobs,
): () => EdgeFigures {
  return () => {
    const sum = (of: (node: CacheNode) => number) => sites.reduce((total, node) => total + of(node), 0);
    const asked = sum((node) => node.requests);
    const egressBytes = sum((node) => node.egressBytes);
    return {
      requests: asked,
      refused: requests.refused,
      hits: sum((node) => node.hits),
      misses: sum((node) => node.misses),
      coalesced: sum((node) => node.coalesced) + (shield?.coalesced ?? 0),
      shieldHits: shield?.hits ?? 0,
      shieldMisses: shield?.misses ?? 0,
      originRequests: sum((node) => node.originRequests) + (shield?.originRequests ?? 0),
      originBytes: sum((node) => node.originBytes) + (shield?.originBytes ?? 0),
      egressBytes,
      dollars:
        (egressBytes * knobs.egressDollarsPerGB) / 1e9 +
        (asked * knobs.requestDollarsPerTenThousand) / 10_000,
    };
  };
}
