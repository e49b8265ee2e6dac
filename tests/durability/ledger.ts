/**
 * What was sent to a server that is killed again and again, what of it was acknowledged, and whether the server still says
 * so. What was sent without an answer may have been done or not; what was never sent must not be there.
 */
import type { Client } from './served.ts';

interface Playlist {
  readonly trackIds: readonly string[];
  readonly followerIds: readonly string[];
  readonly snapshot: number;
}

interface Plays {
  readonly plays: readonly { readonly playId: number }[];
}

interface Session {
  readonly session?: { readonly tracks: number };
}

interface Chart {
  readonly entries: readonly { readonly trackId: string; readonly plays: number }[];
}

class Promised {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  #looked = 0;

  /** What was acknowledged since the last time, or all of it. */
  toLookAt(all: boolean): string[] {
    const from = all ? 0 : this.#looked;
    this.#looked = this.acknowledged.size;
    return [...this.acknowledged].slice(from);
  }

  async put(key: string, send: () => Promise<unknown>): Promise<void> {
    this.sent.add(key);
    if ((await send()) !== null) this.acknowledged.add(key);
  }
}

export const PLAYLISTS = 12;
export const LISTENERS = 12;
export const playlistId = (number: number) => `p${number}`;
export const listenerId = (number: number) => `u${String(number).padStart(9, '0')}`;
/** Nobody sends anything for this one. */
const BYSTANDER = listenerId(999);

const HOUR_MS = 3_600_000;
/** A time in each of the hours of the day since then. */
function hoursSince(beganMs: number): string[] {
  const found: string[] = [];
  for (let ms = Date.now(); Math.floor(ms / HOUR_MS) >= Math.floor(beganMs / HOUR_MS); ms -= HOUR_MS)
    found.push(new Date(ms).toISOString());
  return found;
}

const perOwner = (count: number) => Array.from({ length: count }, () => new Promised());

export class Ledger {
  /** Tracks that playlists got, by playlist; they had others before. */
  readonly #added = perOwner(PLAYLISTS);
  readonly #before: (readonly string[])[] = [];
  readonly #newest = new Array<number>(PLAYLISTS).fill(0);
  readonly #plays = perOwner(LISTENERS);
  readonly #follows = perOwner(LISTENERS);
  readonly #unfollows = perOwner(LISTENERS);
  readonly #published = new Promised();
  readonly #beganMs = Date.now();
  #number = 0;

  get acknowledged(): number {
    const all = [...this.#added, ...this.#plays, ...this.#follows, ...this.#unfollows, this.#published];
    return all.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  }

  /** What playlists are like before anything is sent. */
  async begin(client: Client): Promise<void> {
    for (let p = 0; p < PLAYLISTS; p++) this.#before.push((await read(client, BYSTANDER, p)).trackIds);
  }

  /** One request; `draw` chooses which, `among` its owner. Resolves when it was answered, or will not be. */
  async send(client: Client, draw: number, among: number): Promise<void> {
    const number = this.#number++;
    const p = Math.floor(among * PLAYLISTS);
    const l = Math.floor(among * LISTENERS);
    const listener = listenerId(l);
    if (draw < 0.35) {
      const trackId = `t${number}`;
      const path = `/v1/playlists/${playlistId(p)}/tracks`;
      await this.#added[p]!.put(trackId, async () => {
        // Listeners own the playlist of their number.
        const body = { trackId };
        const answer = await client.ask<{ snapshot: number }>(listenerId(p), 201, 'POST', path, body);
        if (answer !== null) this.#edited(p, answer.snapshot);
        return answer;
      });
    } else if (draw < 0.65) {
      await this.#plays[l]!.put(String(number), () => play(client, listener, number));
    } else if (draw < 0.8) {
      const playlist = playlistId(100 + number);
      const path = `/v1/playlists/${playlist}/followers/me`;
      await this.#follows[l]!.put(playlist, () => client.ask(listener, 204, 'PUT', path));
      if (number % 3 !== 0 || !this.#follows[l]!.acknowledged.has(playlist)) return;
      await this.#unfollows[l]!.put(playlist, () => client.ask(listener, 204, 'DELETE', path));
    } else {
      const trackId = `n${number}`;
      const title = `Brandnew ${trackId}`;
      const rest = {
        artistId: 'a1',
        artistName: 'Somebody',
        durationMs: 1_000,
        popularity: 1,
      };
      await this.#published.put(trackId, () => client.publish(202, { trackId, title, ...rest }));
    }
  }

  /**
   * Sentences about what is not as it was promised. Empty: everything is. What has to be asked for one by one (follows,
   * tracks) is looked at when it is new, and all of it with `all`.
   */
  async complaints(client: Client, all = false): Promise<string[]> {
    const found = await Promise.all([
      ...this.#added.map((_, p) => this.#aboutPlaylist(client, p)),
      ...this.#plays.map((_, l) => this.#aboutHistory(client, l)),
      ...this.#follows.map((_, l) => this.#aboutFollows(client, l, all)),
      this.#aboutTracks(client, all),
    ]);
    return found.flat();
  }

  /**
   * What streams make of the plays, across all those deaths: each play counted once in the chart and in its listener's
   * session, and the newest ones among the recently played.
   */
  async complaintsAboutStreams(client: Client): Promise<string[]> {
    // A session shows again with its next play: the cache that it lies in began cold.
    await Promise.all(
      this.#plays.map((plays, l) => {
        const number = this.#number++;
        return plays.put(String(number), () => play(client, listenerId(l), number));
      }),
    );
    const histories = await Promise.all(this.#plays.map((_, l) => this.#settledHistory(client, l)));
    const total = histories.reduce((sum, ids) => sum + ids.length, 0);
    const about = histories.map((ids, l) =>
      eventually(async () => {
        const listener = listenerId(l);
        const { session } = (await client.find<Session>(listener, '/v1/me/session'))!;
        const recent = await client.find<Plays>(listener, '/v1/me/recently-played?limit=50');
        const there = new Set(recent!.plays.map(({ playId }) => String(playId)));
        return [
          ...(session?.tracks === ids.length
            ? []
            : [`${session?.tracks} of ${ids.length} plays in a session`]),
          ...missing(ids.slice(0, 50), there, `recently played of ${listener}`),
        ];
      }),
    );
    const chart = eventually(async () => {
      // Charts are of an hour of the day each, and the kills may have taken this one over its end.
      let counted = 0;
      for (const at of hoursSince(this.#beganMs)) {
        const { entries } = (await client.find<Chart>(listenerId(0), `/v1/charts/top?at=${at}`))!;
        counted += entries.find(({ trackId }) => trackId === 't1')?.plays ?? 0;
      }
      return counted === total ? [] : [`${counted} of ${total} plays in the chart`];
    });
    return (await Promise.all([...about, chart])).flat();
  }

  /** The ids of a listener's plays, newest first, once all that was acknowledged is among them. */
  async #settledHistory(client: Client, l: number): Promise<string[]> {
    const complaints = await this.#aboutHistory(client, l);
    if (complaints.length > 0) throw new Error(complaints.join('; '));
    const answer = await client.find<Plays>(listenerId(l), '/v1/me/history?limit=200');
    return answer!.plays.map(({ playId }) => String(playId));
  }

  #edited(p: number, snapshot: number): void {
    if (snapshot > this.#newest[p]!) this.#newest[p] = snapshot;
  }

  async #aboutPlaylist(client: Client, p: number): Promise<string[]> {
    const { trackIds, snapshot } = await read(client, listenerId(0), p, this.#newest[p]);
    const { sent, acknowledged } = this.#added[p]!;
    const name = playlistId(p);
    const there = new Set(trackIds);
    const known = new Set([...this.#before[p]!, ...sent]);
    return [
      ...missing(acknowledged, there, `track of ${name}`),
      ...invented(trackIds, known, `track of ${name}`),
      ...this.#before[p]!.filter((id) => !there.has(id)).map((id) => `old track ${id} of ${name} is lost`),
      ...(snapshot < this.#newest[p]! ? [`${name} is older than an edit that was acknowledged`] : []),
      ...(trackIds.length > there.size ? [`${name} has a track twice`] : []),
    ];
  }

  async #aboutHistory(client: Client, l: number): Promise<string[]> {
    const { sent, acknowledged } = this.#plays[l]!;
    return eventually(async () => {
      const path = '/v1/me/history?limit=200';
      const answer = await client.find<Plays>(listenerId(l), path);
      const ids = (answer?.plays ?? []).map(({ playId }) => String(playId));
      // The API shows the 200 newest.
      const expected = [...acknowledged].slice(-150);
      const what = `play of ${listenerId(l)}`;
      const twice = ids.length > new Set(ids).size ? [`${what} is there twice`] : [];
      return [...missing(expected, new Set(ids), what), ...invented(ids, sent, what), ...twice];
    });
  }

  async #aboutFollows(client: Client, l: number, all: boolean): Promise<string[]> {
    const unfollows = this.#unfollows[l]!;
    const found = this.#follows[l]!.toLookAt(all).map(async (playlist) => {
      const path = `/v1/playlists/${playlist}?followers=100`;
      const followers = await client.find<Playlist>(listenerId(l), path);
      const there = followers?.followerIds.includes(listenerId(l)) ?? false;
      if (unfollows.acknowledged.has(playlist))
        return there ? [`${listenerId(l)} follows ${playlist} again`] : [];
      return there || unfollows.sent.has(playlist)
        ? []
        : [`${listenerId(l)} does not follow ${playlist} any more`];
    });
    return (await Promise.all(found)).flat();
  }

  async #aboutTracks(client: Client, all: boolean): Promise<string[]> {
    const { sent } = this.#published;
    const found = this.#published.toLookAt(all).map(async (trackId) => {
      if ((await client.find(listenerId(0), `/v1/tracks/${trackId}`)) === null)
        return [`track ${trackId} is lost`];
      return eventually(async () => {
        const path = `/v1/search?q=${trackId}&type=track&limit=5`;
        const answer = await client.find<{ hits: { trackId: string }[] }>(listenerId(0), path);
        const hits = (answer?.hits ?? []).map((hit) => hit.trackId);
        return [
          ...(hits.includes(trackId) ? [] : [`track ${trackId} cannot be found`]),
          ...invented(hits, sent, 'search hit'),
        ];
      });
    });
    return (await Promise.all(found)).flat();
  }
}

/** Long enough to count in the chart. */
function play(client: Client, listener: string, playId: number): Promise<unknown> {
  const body = { playId, trackId: 't1', listenedMs: 60_000, skipped: false };
  return client.ask(listener, 202, 'POST', '/v1/plays', body);
}

async function read(client: Client, listener: string, p: number, snapshot = 0): Promise<Playlist> {
  const path = `/v1/playlists/${playlistId(p)}?followers=0&snapshot=${snapshot}`;
  const playlist = await client.find<Playlist>(listener, path);
  if (playlist === null) throw new Error(`There is no ${path}.`);
  return playlist;
}

function missing(promised: Iterable<string>, there: ReadonlySet<string>, what: string): string[] {
  return [...promised]
    .filter((id) => !there.has(id))
    .map((id) => `${what}: ${id} was acknowledged and is lost`);
}

function invented(there: Iterable<string>, sent: ReadonlySet<string>, what: string): string[] {
  return [...there].filter((id) => !sent.has(id)).map((id) => `${what}: ${id} was never sent`);
}

/** Consumers of the log need a moment: complaints count when they stay. */
async function eventually(look: () => Promise<string[]>): Promise<string[]> {
  const untilMs = performance.now() + 60_000;
  for (;;) {
    const complaints = await look();
    if (complaints.length === 0 || performance.now() > untilMs) return complaints;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
