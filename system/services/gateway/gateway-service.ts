/**
 * The public API. Every call: a deadline for everything below it, the token checked, the rate limits of listener and app if
 * there are any, then the service behind, whose answer is handed on as it is.
 *
 *   app ──▶ gateway ──▶ playlist ──▶ catalogue
 *              ├──────▶ listening
 *              ├──────▶ search
 *              └──────▶ catalogue
 */
import type { CatalogueApi } from '../../contracts/generated/catalogue.ts';
import type { GatewayApi } from '../../contracts/generated/gateway.ts';
import type { ListeningApi } from '../../contracts/generated/listening.ts';
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import type { SearchApi } from '../../contracts/generated/search.ts';
import type { Cache } from '../../ports/cache.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { AccessToken, Identity, TokenVerifier } from '../../ports/tokens.ts';
import type { GatewayKnobs } from './knobs.ts';
import { createPlaylistReads } from './playlist-reads.ts';
import { createPublicWork } from './public-call.ts';
import { createRequestLimit } from './request-limit.ts';

export interface GatewayDependencies {
  readonly tokens: TokenVerifier;
  readonly playlist: PlaylistApi;
  readonly listening: ListeningApi;
  readonly search: SearchApi;
  readonly catalogue: CatalogueApi;
  readonly clock: Clock;
  readonly knobs: GatewayKnobs;
  /** Holds the token buckets; needed only with the knob `rateLimit`. */
  readonly cache?: Cache;
  /** Spreads repeated reads; needed only with the knob `readAttempts`. */
  readonly random?: Random;
  readonly instance?: number;
}

export function createGatewayService(dependencies: GatewayDependencies): GatewayApi {
  const { tokens, playlist, listening, search, catalogue } = dependencies;
  const limit = createRequestLimit(dependencies);
  const readPlaylist = createPlaylistReads(dependencies);
  const publicly = createPublicWork(dependencies);

  function serve<Request extends { readonly token?: AccessToken }, Response>(
    context: Context,
    operation: string,
    request: Request,
    route: (context: Context, request: Request, listenerId: string) => Promise<Response>,
  ): Promise<Response> {
    return publicly(context, operation, (limited) => {
      const verified = tokens.verify(limited, request.token);
      // Most requests: nothing to wait for, and so no async function, which costs as much as the rest of this.
      if (limit === null && !(verified instanceof Promise))
        return route(limited, request, verified.listenerId);
      return admit(limited, operation, verified, (listenerId) => route(limited, request, listenerId));
    });
  }

  async function admit<Response>(
    limited: Context,
    operation: string,
    verified: Identity | Promise<Identity>,
    route: (listenerId: string) => Promise<Response>,
  ): Promise<Response> {
    const who = await verified;
    if (limit !== null) await limit(limited, who, operation);
    return await route(who.listenerId);
  }

  /** Hands a call on as it came, in the name of whoever the token names. */
  function forward<Call extends object, Response>(
    method: string,
    behind: (context: Context, call: Call) => Promise<Response>,
  ) {
    const operation = `gateway.${method}`;
    return (
      context: Context,
      request: { readonly token?: AccessToken; readonly call?: Call },
    ): Promise<Response> =>
      serve(context, operation, request, (limited, { call }, listenerId) => {
        if (call === undefined) throw new PortError('invalid', operation, true, 'the call is missing');
        return behind(limited, { ...call, listenerId });
      });
  }

  return {
    getPlaylist: (context, request) =>
      serve(context, 'gateway.getPlaylist', request, (limited, asked, listenerId) =>
        readPlaylist(limited, {
          playlistId: asked.playlistId,
          listenerId,
          followersLimit: asked.followersLimit,
          minimumSnapshot: asked.minimumSnapshot,
        }),
      ),

    addTrack: (context, request) =>
      serve(context, 'gateway.addTrack', request, (limited, { playlistId, trackId }, listenerId) =>
        playlist.addTrack(limited, { playlistId, listenerId, trackId }),
      ),

    follow: (context, request) =>
      serve(context, 'gateway.follow', request, (limited, { playlistId }, listenerId) =>
        playlist.follow(limited, { playlistId, listenerId }),
      ),

    unfollow: (context, request) =>
      serve(context, 'gateway.unfollow', request, (limited, { playlistId }, listenerId) =>
        playlist.unfollow(limited, { playlistId, listenerId }),
      ),

    recordPlay: (context, request) =>
      serve(context, 'gateway.recordPlay', request, (limited, play, listenerId) =>
        listening.recordPlay(limited, {
          playId: play.playId,
          listenerId,
          trackId: play.trackId,
          listenedMs: play.listenedMs,
          skipped: play.skipped,
          playedAtNs: play.playedAtNs,
        }),
      ),

    getHistory: (context, request) =>
      serve(context, 'gateway.getHistory', request, (limited, asked, listenerId) =>
        listening.getHistory(limited, {
          listenerId,
          limit: asked.limit,
          ...(asked.cursor === undefined ? {} : { cursor: asked.cursor }),
        }),
      ),

    search: (context, request) =>
      serve(context, 'gateway.search', request, (limited, { text, kind, size }) =>
        search.search(limited, { text, kind, size }),
      ),

    getTrack: (context, request) =>
      serve(context, 'gateway.getTrack', request, (limited, { trackId }) =>
        catalogue.getTrack(limited, { trackId }),
      ),
    createPlaylist: forward('createPlaylist', playlist.createPlaylist),
    renamePlaylist: forward('renamePlaylist', playlist.renamePlaylist),
    setFlags: forward('setFlags', playlist.setFlags),
    deletePlaylist: forward('deletePlaylist', playlist.deletePlaylist),
    listTracks: forward('listTracks', playlist.listTracks),
    insertTrack: forward('insertTrack', playlist.insertTrack),
    removeTrack: forward('removeTrack', playlist.removeTrack),
    moveTrack: forward('moveTrack', playlist.moveTrack),
    savePlaylist: forward('savePlaylist', playlist.savePlaylist),
    unsavePlaylist: forward('unsavePlaylist', playlist.unsavePlaylist),
    likeTrack: forward('likeTrack', playlist.likeTrack),
    unlikeTrack: forward('unlikeTrack', playlist.unlikeTrack),
    getLibrary: forward('getLibrary', playlist.getLibrary),
    getLikes: forward('getLikes', playlist.getLikes),
    getTracks: forward('getTracks', catalogue.getTracks),
    getArtist: forward('getArtist', catalogue.getArtist),
    getAlbum: forward('getAlbum', catalogue.getAlbum),
    getPodcast: forward('getPodcast', catalogue.getPodcast),
    getEpisode: forward('getEpisode', catalogue.getEpisode),
    getLyrics: forward('getLyrics', catalogue.getLyrics),
    getRecentlyPlayed: forward('getRecentlyPlayed', listening.getRecentlyPlayed),
    getSession: forward('getSession', listening.getSession),
    getTopCharts: forward('getTopCharts', listening.getTopCharts),
    suggest: forward('suggest', search.suggest),
  };
}
