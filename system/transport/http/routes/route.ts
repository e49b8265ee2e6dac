/** What a route of the HTTP API states: the OpenAPI document, validation and authorisation follow from it. */
import type { CatalogueApi } from '../../../contracts/generated/catalogue.ts';
import type { GatewayApi } from '../../../contracts/generated/gateway.ts';
import type { LiveEvent } from '../../../contracts/live-audio.ts';
import type { Kept, MetadataApi } from '../../../contracts/metadata.ts';
import type { Context } from '../../../ports/context.ts';
import type { AccessToken, Identity } from '../../../ports/tokens.ts';
import type { Scope } from '../../tokens/scopes.ts';
import type { Times } from '../times.ts';

/** Where a listener may fetch audio, until when; the URL is without the host. */
export interface Stream {
  readonly url: string;
  readonly bitrateKbps: number;
  readonly expiresAtMs: number;
}

interface StreamRequest {
  readonly listenerId: string;
  readonly clientId?: string;
  readonly id: string;
  readonly bandwidthKbps: number;
}

/** URLs are signed with the host's cryptography: not to be called inside the system's turn. */
export interface AudioApi {
  /** Of a track or an episode: versions of audio are kept by id, whichever it is of. */
  track(context: Context, request: StreamRequest): Promise<Stream>;
  /** `masterUrl`: of the playlist that names those of every bitrate. */
  event(context: Context, request: StreamRequest): Promise<Stream & { readonly masterUrl: string }>;
  /** Events that have begun and are not over. */
  onAir(context: Context, who: Identity): Promise<readonly LiveEvent[]>;
}

/** What labels may call of the catalogue. */
export const PUBLICATIONS = [
  'publishTrack',
  'publishDetails',
  'publishLyrics',
  'publishArtist',
  'publishAlbum',
  'publishPodcast',
  'publishEpisode',
] as const satisfies readonly (keyof CatalogueApi)[];
type Publication = (typeof PUBLICATIONS)[number];

/** The label is whoever the token is of: its subject. */
export type LabelApi = {
  readonly [Name in Publication]: (
    context: Context,
    who: Identity,
    request: Omit<Parameters<CatalogueApi[Name]>[1], 'publisher'>,
  ) => ReturnType<CatalogueApi[Name]>;
} & {
  deliverAudio(
    context: Context,
    who: Identity,
    audio: { readonly audioId: string; readonly contentId: string },
  ): Promise<{ version: number }>;
};

/** What the routes call. */
export interface PublicApi {
  readonly gateway: GatewayApi;
  readonly metadata: MetadataApi;
  readonly labels: LabelApi;
  readonly audio: AudioApi;
  readonly times: Times;
}

/** A request after validation; each route knows the types of its own fields. */
export interface Asked {
  readonly token: AccessToken;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly operationId: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly params?: object;
  readonly query?: object;
  readonly body?: object;
  readonly status: number;
  readonly answer: object | null;
  /** Where that is what was made; left out: at the address that was asked. */
  readonly location?: (answer: unknown) => string;
  /** What it may be in conflict with. */
  readonly conflict?: string;
  /** The same for everybody, and changes rarely: caches on the way may keep it for a while. 'kept': our own edge does, too. */
  readonly metadata?: 'kept' | 'passed on';
  /** It enters the system by itself; default: it is called inside. */
  readonly entersItself?: boolean;
  readonly call: (api: PublicApi, context: Context, asked: Asked) => Promise<unknown>;
}

/** What an answer of the edge is about, with what its headers say. */
export const keptAs = <Response, Shown>(
  { value, ...rest }: Kept<Response>,
  shown: (value: Response) => Shown,
): Kept<Shown> => ({ ...rest, value: shown(value) });

/** Numbers that a query may leave out are 0 in contracts: the service's default. */
export const number = (value: unknown) => (value === undefined ? 0 : (value as number));
