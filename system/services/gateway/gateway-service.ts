/**
 * The public API. Every call: a deadline for everything below it, the token checked, the listener's rate limit if there
 * is one, then the service behind, whose answer is handed on as it is.
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
import { withTimeout } from '../../policies/index.ts';
import type { Cache } from '../../ports/cache.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { AccessToken, TokenVerifier } from '../../ports/tokens.ts';
import type { GatewayKnobs } from './knobs.ts';
import { createListenerLimit } from './listener-limit.ts';
import { publicError } from './public-error.ts';

export interface GatewayDependencies {
  readonly tokens: TokenVerifier;
  readonly playlist: PlaylistApi;
  readonly listening: ListeningApi;
  readonly search: SearchApi;
  readonly catalogue: Pick<CatalogueApi, 'getTrack'>;
  readonly clock: Clock;
  readonly knobs: GatewayKnobs;
  /** Holds the token buckets; needed only with the knob `rateLimit`. */
  readonly cache?: Cache;
}

export function createGatewayService(dependencies: GatewayDependencies): GatewayApi {
  const { tokens, playlist, listening, search, catalogue, clock, knobs } = dependencies;
  const limit = createListenerLimit(dependencies);
  const deadlineNs = knobs.deadlineMs * MILLISECOND;

  async function serve<Request extends { readonly token?: AccessToken }, Response>(
    context: Context,
    operation: string,
    request: Request,
    route: (context: Context, request: Request, listenerId: string) => Promise<Response>,
  ): Promise<Response> {
    try {
      return await withTimeout(clock, context, deadlineNs, operation, async (limited) => {
        const { listenerId } = await tokens.verify(limited, request.token);
        if (limit !== null) await limit(limited, listenerId, operation);
        return route(limited, request, listenerId);
      });
    } catch (error) {
      throw publicError(operation, error);
    }
  }

  return {
    getPlaylist: (context, request) =>
      serve(context, 'gateway.getPlaylist', request, (limited, asked, listenerId) =>
        playlist.getPlaylist(limited, {
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
        }),
      ),

    getHistory: (context, request) =>
      serve(context, 'gateway.getHistory', request, (limited, asked, listenerId) =>
        listening.getHistory(limited, { listenerId, limit: asked.limit }),
      ),

    search: (context, request) =>
      serve(context, 'gateway.search', request, (limited, { text, kind, size }) =>
        search.search(limited, { text, kind, size }),
      ),

    getTrack: (context, request) =>
      serve(context, 'gateway.getTrack', request, (limited, { trackId }) =>
        catalogue.getTrack(limited, { trackId }),
      ),
  };
}
