/**
 * Metadata as apps read it: by its address, from a copy near the listener or from the gateway. What is asked for several
 * things at once has no address of its own, and is not kept.
 */
import type { Context } from '../ports/context.ts';
import type { GatewayApi } from './generated/gateway.ts';

type RequestOf<Method extends keyof GatewayApi> = Parameters<GatewayApi[Method]>[1];

/** Addresses are those of the HTTP API, so that a purge names what everybody sees. */
export const METADATA_PATHS = {
  getTrack: ({ trackId }: RequestOf<'getTrack'>) => `/v1/tracks/${trackId}`,
  getLyrics: ({ call }: RequestOf<'getLyrics'>) => `/v1/tracks/${call?.trackId}/lyrics`,
  getArtist: ({ call }: RequestOf<'getArtist'>) => `/v1/artists/${call?.artistId}`,
  getAlbum: ({ call }: RequestOf<'getAlbum'>) => `/v1/albums/${call?.albumId}`,
  getPodcast: ({ call }: RequestOf<'getPodcast'>) =>
    `/v1/podcasts/${call?.podcastId}?episodes=${call?.episodesLimit}`,
  getEpisode: ({ call }: RequestOf<'getEpisode'>) => `/v1/episodes/${call?.episodeId}`,
} as const;

export type MetadataMethod = keyof typeof METADATA_PATHS;
export const METADATA_METHODS = Object.keys(METADATA_PATHS) as readonly MetadataMethod[];

/** Where copies come from. */
export type MetadataOrigin = Pick<GatewayApi, MetadataMethod>;

/** A copy answered, the gateway did, or a copy that is too old did because the gateway did not. */
export type MetadataOutcome = 'hit' | 'miss' | 'stale';

/** An answer and what its headers say of it. */
export interface Kept<Response> {
  readonly value: Response;
  /** How long ago the gateway was asked for it, in ns. */
  readonly ageNs: number;
  readonly outcome: MetadataOutcome;
  /** Which point of presence answered ('fra'); '': none, the gateway was asked directly. */
  readonly servedBy: string;
}

export type MetadataApi = {
  readonly [Method in MetadataMethod]: (
    context: Context,
    request: RequestOf<Method>,
  ) => Promise<Kept<Awaited<ReturnType<GatewayApi[Method]>>>>;
};
