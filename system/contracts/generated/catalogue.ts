/** Tracks and who made them, podcasts, and what belongs to them: albums, lyrics, artwork, versions of the audio. Generated from catalogue.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

/** Who delivers. With the knob `catalogue.ownership` it may deliver what is its own or new, and is refused with `permission-denied` otherwise: a track and an artist are of the label that they name, an album is of its artist's, an episode of its podcast's, and a podcast of whoever delivered it first. */
export interface Publisher {
  readonly labelId: string;
}

export interface Track {
  readonly trackId: string;
  readonly title: string;
  readonly artistId: string;
  readonly artistName: string;
  readonly labelId: string;
  readonly durationMs: number;
  /** Plays so far: what search multiplies its score by, as a logarithm. */
  readonly popularity: number;
  readonly publishedAtNs: number;
}

export interface GetTrackRequest {
  readonly trackId: string;
}

export interface GetTrackResponse {
  readonly track?: Track;
}

export interface PublishTrackRequest {
  /** `published_at_ns` is set by the service. */
  readonly track?: Track;
  readonly publisher?: Publisher;
}

export interface PublishTrackResponse {
  readonly publishedAtNs: number;
}

/** A picture in one size. The address names the content, so that it never changes and may be cached for ever. */
export interface Image {
  readonly url: string;
  /** In pixels; as high as it is wide. */
  readonly width: number;
}

export interface AudioFeatures {
  /** Beats a minute. */
  readonly tempo: number;
  /** Pitch class: 0 is C, 11 is B. */
  readonly key: number;
  /** Of the key: major, otherwise minor. */
  readonly isMajor: boolean;
  /** Decibels relative to full scale: at most 0. */
  readonly loudnessDb: number;
}

export interface TrackDetails {
  readonly albumId: string;
  /** On the album, from 1. */
  readonly number: number;
  readonly features?: AudioFeatures;
  /** Of its artwork: what the pictures' addresses are made of. Empty: none. */
  readonly artworkId: string;
}

export interface FullTrack {
  readonly track?: Track;
  /** Absent where they were not asked for, or never published. */
  readonly details?: TrackDetails;
  /** The artwork in every size, largest first. */
  readonly artwork: readonly Image[];
}

export interface GetTracksRequest {
  readonly trackIds: readonly string[];
  /** With `details` and `artwork`. */
  readonly details: boolean;
}

export interface GetTracksResponse {
  readonly tracks: readonly FullTrack[];
  /** Those asked for that do not exist. */
  readonly missingIds: readonly string[];
}

export interface Artist {
  readonly artistId: string;
  readonly name: string;
  readonly labelId: string;
  readonly popularity: number;
  readonly artworkId: string;
}

export interface AlbumSummary {
  readonly albumId: string;
  readonly title: string;
  readonly releaseYear: number;
}

export interface GetArtistRequest {
  readonly artistId: string;
}

export interface GetArtistResponse {
  readonly artist?: Artist;
  /** Newest first. */
  readonly albums: readonly AlbumSummary[];
  readonly artwork: readonly Image[];
}

export interface Album {
  readonly albumId: string;
  readonly title: string;
  readonly artistId: string;
  readonly artistName: string;
  readonly releaseYear: number;
  readonly popularity: number;
  readonly artworkId: string;
  /** In order. */
  readonly trackIds: readonly string[];
}

export interface GetAlbumRequest {
  readonly albumId: string;
}

export interface GetAlbumResponse {
  readonly album?: Album;
  readonly artwork: readonly Image[];
}

export interface Podcast {
  readonly podcastId: string;
  readonly title: string;
  readonly publisher: string;
  readonly description: string;
  /** ISO 639-1. */
  readonly language: string;
  readonly popularity: number;
  readonly artworkId: string;
}

export interface EpisodeSummary {
  readonly episodeId: string;
  readonly number: number;
  readonly title: string;
  readonly durationMs: number;
}

export interface GetPodcastRequest {
  readonly podcastId: string;
  /** Episodes in the answer; 0: the service's default. */
  readonly episodesLimit: number;
}

export interface GetPodcastResponse {
  readonly podcast?: Podcast;
  /** Newest first. */
  readonly episodes: readonly EpisodeSummary[];
  readonly artwork: readonly Image[];
}

export interface Episode {
  readonly episodeId: string;
  readonly podcastId: string;
  readonly podcastTitle: string;
  /** Within the podcast, from 1. */
  readonly number: number;
  readonly title: string;
  /** What it is about: search looks into it. */
  readonly text: string;
  readonly durationMs: number;
  readonly popularity: number;
  readonly publishedAtNs: number;
}

export interface GetEpisodeRequest {
  readonly episodeId: string;
}

export interface GetEpisodeResponse {
  readonly episode?: Episode;
}

export interface Lyrics {
  readonly trackId: string;
  /** ISO 639-1. */
  readonly language: string;
  /** A line a line, an empty one between verses. */
  readonly text: string;
}

export interface GetLyricsRequest {
  readonly trackId: string;
}

export interface GetLyricsResponse {
  readonly lyrics?: Lyrics;
}

export interface GetAudioRequest {
  /** Of a track or an episode. */
  readonly audioId: string;
  /** Who is about to deliver: rejects as `DeliverAudio` does. */
  readonly publisher?: Publisher;
}

export interface GetAudioResponse {
  /** From 1; it grows with every delivery of other content. */
  readonly version: number;
  /** A hash of the content; empty where it came without one. */
  readonly contentId: string;
}

export interface PublishDetailsRequest {
  readonly trackId: string;
  readonly details?: TrackDetails;
  readonly publisher?: Publisher;
}

export interface PublishArtistRequest {
  readonly artist?: Artist;
  readonly publisher?: Publisher;
}

export interface PublishAlbumRequest {
  readonly album?: Album;
  readonly publisher?: Publisher;
}

export interface PublishPodcastRequest {
  readonly podcast?: Podcast;
  readonly publisher?: Publisher;
}

export interface PublishEpisodeRequest {
  /** `published_at_ns` is set by the service. */
  readonly episode?: Episode;
  readonly publisher?: Publisher;
}

export interface PublishLyricsRequest {
  readonly lyrics?: Lyrics;
  readonly publisher?: Publisher;
}

export interface DeliverAudioRequest {
  /** Of a track or an episode. */
  readonly audioId: string;
  /** A hash of the content, in hexadecimal. */
  readonly contentId: string;
  readonly publisher?: Publisher;
}

export interface PublishedResponse {
  readonly publishedAtNs: number;
}

export interface CatalogueApi {
  getTrack(context: Context, request: GetTrackRequest): Promise<GetTrackResponse>;
  /** A label delivers a track, or new metadata of one. Idempotent: the newest delivery wins. */
  publishTrack(context: Context, request: PublishTrackRequest): Promise<PublishTrackResponse>;
  /** Many at once, in the order asked for. */
  getTracks(context: Context, request: GetTracksRequest): Promise<GetTracksResponse>;
  getArtist(context: Context, request: GetArtistRequest): Promise<GetArtistResponse>;
  getAlbum(context: Context, request: GetAlbumRequest): Promise<GetAlbumResponse>;
  getPodcast(context: Context, request: GetPodcastRequest): Promise<GetPodcastResponse>;
  getEpisode(context: Context, request: GetEpisodeRequest): Promise<GetEpisodeResponse>;
  /** Rejects with `not-found` where a track has none. */
  getLyrics(context: Context, request: GetLyricsRequest): Promise<GetLyricsResponse>;
  /** Which version of the audio of a track or an episode is to be played. */
  getAudio(context: Context, request: GetAudioRequest): Promise<GetAudioResponse>;
  /** The rest is idempotent as `PublishTrack` is. */
  publishDetails(context: Context, request: PublishDetailsRequest): Promise<PublishedResponse>;
  publishArtist(context: Context, request: PublishArtistRequest): Promise<PublishedResponse>;
  publishAlbum(context: Context, request: PublishAlbumRequest): Promise<PublishedResponse>;
  publishPodcast(context: Context, request: PublishPodcastRequest): Promise<PublishedResponse>;
  publishEpisode(context: Context, request: PublishEpisodeRequest): Promise<PublishedResponse>;
  publishLyrics(context: Context, request: PublishLyricsRequest): Promise<PublishedResponse>;
  /** The audio of a track or an episode: other content than before is a new version. */
  deliverAudio(context: Context, request: DeliverAudioRequest): Promise<GetAudioResponse>;
}

export const catalogueMethods = [
  'getTrack',
  'publishTrack',
  'getTracks',
  'getArtist',
  'getAlbum',
  'getPodcast',
  'getEpisode',
  'getLyrics',
  'getAudio',
  'publishDetails',
  'publishArtist',
  'publishAlbum',
  'publishPodcast',
  'publishEpisode',
  'publishLyrics',
  'deliverAudio',
] as const;

export function sizeOfPublisher(m: Publisher): number {
  let size = 0;
  if (m.labelId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.labelId));
  return size;
}

export function writePublisher(w: wire.Writer, m: Publisher): void {
  if (m.labelId !== '') w.text(10, m.labelId);
}

export function readPublisher(r: wire.Reader): Publisher {
  let labelId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) labelId = r.text();
    else r.skip(tag);
  }
  return { labelId };
}

export const encodePublisher = (m: Publisher) => wire.encode(sizeOfPublisher(m), writePublisher, m);
export const decodePublisher = (bytes: Uint8Array) => readPublisher(new wire.Reader(bytes));

export function sizeOfTrack(m: Track): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.artistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistId));
  if (m.artistName !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistName));
  if (m.labelId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.labelId));
  if (m.durationMs !== 0) size += 1 + wire.sizeOfVarint(m.durationMs);
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writeTrack(w: wire.Writer, m: Track): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.title !== '') w.text(18, m.title);
  if (m.artistId !== '') w.text(26, m.artistId);
  if (m.artistName !== '') w.text(34, m.artistName);
  if (m.labelId !== '') w.text(42, m.labelId);
  if (m.durationMs !== 0) w.number(48, m.durationMs);
  if (!Object.is(m.popularity, 0)) w.double(57, m.popularity);
  if (m.publishedAtNs !== 0) w.number(64, m.publishedAtNs);
}

export function readTrack(r: wire.Reader): Track {
  let trackId = '';
  let title = '';
  let artistId = '';
  let artistName = '';
  let labelId = '';
  let durationMs = 0;
  let popularity = 0;
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 18) title = r.text();
    else if (tag === 26) artistId = r.text();
    else if (tag === 34) artistName = r.text();
    else if (tag === 42) labelId = r.text();
    else if (tag === 48) durationMs = r.varint();
    else if (tag === 57) popularity = r.double();
    else if (tag === 64) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { trackId, title, artistId, artistName, labelId, durationMs, popularity, publishedAtNs };
}

export const encodeTrack = (m: Track) => wire.encode(sizeOfTrack(m), writeTrack, m);
export const decodeTrack = (bytes: Uint8Array) => readTrack(new wire.Reader(bytes));

export function sizeOfGetTrackRequest(m: GetTrackRequest): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeGetTrackRequest(w: wire.Writer, m: GetTrackRequest): void {
  if (m.trackId !== '') w.text(10, m.trackId);
}

export function readGetTrackRequest(r: wire.Reader): GetTrackRequest {
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else r.skip(tag);
  }
  return { trackId };
}

export const encodeGetTrackRequest = (m: GetTrackRequest) =>
  wire.encode(sizeOfGetTrackRequest(m), writeGetTrackRequest, m);
export const decodeGetTrackRequest = (bytes: Uint8Array) => readGetTrackRequest(new wire.Reader(bytes));

export function sizeOfGetTrackResponse(m: GetTrackResponse): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrack(m.track));
  return size;
}

export function writeGetTrackResponse(w: wire.Writer, m: GetTrackResponse): void {
  if (m.track !== undefined) w.message(10, sizeOfTrack(m.track), writeTrack, m.track);
}

export function readGetTrackResponse(r: wire.Reader): GetTrackResponse {
  let track: Track | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(readTrack);
    else r.skip(tag);
  }
  return { track };
}

export const encodeGetTrackResponse = (m: GetTrackResponse) =>
  wire.encode(sizeOfGetTrackResponse(m), writeGetTrackResponse, m);
export const decodeGetTrackResponse = (bytes: Uint8Array) => readGetTrackResponse(new wire.Reader(bytes));

export function sizeOfPublishTrackRequest(m: PublishTrackRequest): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrack(m.track));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishTrackRequest(w: wire.Writer, m: PublishTrackRequest): void {
  if (m.track !== undefined) w.message(10, sizeOfTrack(m.track), writeTrack, m.track);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishTrackRequest(r: wire.Reader): PublishTrackRequest {
  let track: Track | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(readTrack);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { track, publisher };
}

export const encodePublishTrackRequest = (m: PublishTrackRequest) =>
  wire.encode(sizeOfPublishTrackRequest(m), writePublishTrackRequest, m);
export const decodePublishTrackRequest = (bytes: Uint8Array) =>
  readPublishTrackRequest(new wire.Reader(bytes));

export function sizeOfPublishTrackResponse(m: PublishTrackResponse): number {
  let size = 0;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writePublishTrackResponse(w: wire.Writer, m: PublishTrackResponse): void {
  if (m.publishedAtNs !== 0) w.number(8, m.publishedAtNs);
}

export function readPublishTrackResponse(r: wire.Reader): PublishTrackResponse {
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { publishedAtNs };
}

export const encodePublishTrackResponse = (m: PublishTrackResponse) =>
  wire.encode(sizeOfPublishTrackResponse(m), writePublishTrackResponse, m);
export const decodePublishTrackResponse = (bytes: Uint8Array) =>
  readPublishTrackResponse(new wire.Reader(bytes));

export function sizeOfImage(m: Image): number {
  let size = 0;
  if (m.url !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.url));
  if (m.width !== 0) size += 1 + wire.sizeOfVarint(m.width);
  return size;
}

export function writeImage(w: wire.Writer, m: Image): void {
  if (m.url !== '') w.text(10, m.url);
  if (m.width !== 0) w.number(16, m.width);
}

export function readImage(r: wire.Reader): Image {
  let url = '';
  let width = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) url = r.text();
    else if (tag === 16) width = r.varint();
    else r.skip(tag);
  }
  return { url, width };
}

export const encodeImage = (m: Image) => wire.encode(sizeOfImage(m), writeImage, m);
export const decodeImage = (bytes: Uint8Array) => readImage(new wire.Reader(bytes));

export function sizeOfAudioFeatures(m: AudioFeatures): number {
  let size = 0;
  if (!Object.is(m.tempo, 0)) size += 9;
  if (m.key !== 0) size += 1 + wire.sizeOfVarint(m.key);
  if (m.isMajor) size += 2;
  if (!Object.is(m.loudnessDb, 0)) size += 9;
  return size;
}

export function writeAudioFeatures(w: wire.Writer, m: AudioFeatures): void {
  if (!Object.is(m.tempo, 0)) w.double(9, m.tempo);
  if (m.key !== 0) w.number(16, m.key);
  if (m.isMajor) w.number(24, 1);
  if (!Object.is(m.loudnessDb, 0)) w.double(33, m.loudnessDb);
}

export function readAudioFeatures(r: wire.Reader): AudioFeatures {
  let tempo = 0;
  let key = 0;
  let isMajor = false;
  let loudnessDb = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 9) tempo = r.double();
    else if (tag === 16) key = r.varint();
    else if (tag === 24) isMajor = r.varint() !== 0;
    else if (tag === 33) loudnessDb = r.double();
    else r.skip(tag);
  }
  return { tempo, key, isMajor, loudnessDb };
}

export const encodeAudioFeatures = (m: AudioFeatures) =>
  wire.encode(sizeOfAudioFeatures(m), writeAudioFeatures, m);
export const decodeAudioFeatures = (bytes: Uint8Array) => readAudioFeatures(new wire.Reader(bytes));

export function sizeOfTrackDetails(m: TrackDetails): number {
  let size = 0;
  if (m.albumId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.albumId));
  if (m.number !== 0) size += 1 + wire.sizeOfVarint(m.number);
  if (m.features !== undefined) size += 1 + wire.sizeOfBlock(sizeOfAudioFeatures(m.features));
  if (m.artworkId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artworkId));
  return size;
}

export function writeTrackDetails(w: wire.Writer, m: TrackDetails): void {
  if (m.albumId !== '') w.text(10, m.albumId);
  if (m.number !== 0) w.number(16, m.number);
  if (m.features !== undefined)
    w.message(26, sizeOfAudioFeatures(m.features), writeAudioFeatures, m.features);
  if (m.artworkId !== '') w.text(34, m.artworkId);
}

export function readTrackDetails(r: wire.Reader): TrackDetails {
  let albumId = '';
  let number = 0;
  let features: AudioFeatures | undefined;
  let artworkId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) albumId = r.text();
    else if (tag === 16) number = r.varint();
    else if (tag === 26) features = r.message(readAudioFeatures);
    else if (tag === 34) artworkId = r.text();
    else r.skip(tag);
  }
  return { albumId, number, features, artworkId };
}

export const encodeTrackDetails = (m: TrackDetails) =>
  wire.encode(sizeOfTrackDetails(m), writeTrackDetails, m);
export const decodeTrackDetails = (bytes: Uint8Array) => readTrackDetails(new wire.Reader(bytes));

export function sizeOfFullTrack(m: FullTrack): number {
  let size = 0;
  if (m.track !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrack(m.track));
  if (m.details !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrackDetails(m.details));
  for (const item of m.artwork) size += 1 + wire.sizeOfBlock(sizeOfImage(item));
  return size;
}

export function writeFullTrack(w: wire.Writer, m: FullTrack): void {
  if (m.track !== undefined) w.message(10, sizeOfTrack(m.track), writeTrack, m.track);
  if (m.details !== undefined) w.message(18, sizeOfTrackDetails(m.details), writeTrackDetails, m.details);
  for (const item of m.artwork) w.message(26, sizeOfImage(item), writeImage, item);
}

export function readFullTrack(r: wire.Reader): FullTrack {
  let track: Track | undefined;
  let details: TrackDetails | undefined;
  const artwork: Image[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) track = r.message(readTrack);
    else if (tag === 18) details = r.message(readTrackDetails);
    else if (tag === 26) artwork.push(r.message(readImage));
    else r.skip(tag);
  }
  return { track, details, artwork };
}

export const encodeFullTrack = (m: FullTrack) => wire.encode(sizeOfFullTrack(m), writeFullTrack, m);
export const decodeFullTrack = (bytes: Uint8Array) => readFullTrack(new wire.Reader(bytes));

export function sizeOfGetTracksRequest(m: GetTracksRequest): number {
  let size = 0;
  for (const item of m.trackIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  if (m.details) size += 2;
  return size;
}

export function writeGetTracksRequest(w: wire.Writer, m: GetTracksRequest): void {
  for (const item of m.trackIds) w.text(10, item);
  if (m.details) w.number(16, 1);
}

export function readGetTracksRequest(r: wire.Reader): GetTracksRequest {
  const trackIds: string[] = [];
  let details = false;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackIds.push(r.text());
    else if (tag === 16) details = r.varint() !== 0;
    else r.skip(tag);
  }
  return { trackIds, details };
}

export const encodeGetTracksRequest = (m: GetTracksRequest) =>
  wire.encode(sizeOfGetTracksRequest(m), writeGetTracksRequest, m);
export const decodeGetTracksRequest = (bytes: Uint8Array) => readGetTracksRequest(new wire.Reader(bytes));

export function sizeOfGetTracksResponse(m: GetTracksResponse): number {
  let size = 0;
  for (const item of m.tracks) size += 1 + wire.sizeOfBlock(sizeOfFullTrack(item));
  for (const item of m.missingIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  return size;
}

export function writeGetTracksResponse(w: wire.Writer, m: GetTracksResponse): void {
  for (const item of m.tracks) w.message(10, sizeOfFullTrack(item), writeFullTrack, item);
  for (const item of m.missingIds) w.text(18, item);
}

export function readGetTracksResponse(r: wire.Reader): GetTracksResponse {
  const tracks: FullTrack[] = [];
  const missingIds: string[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) tracks.push(r.message(readFullTrack));
    else if (tag === 18) missingIds.push(r.text());
    else r.skip(tag);
  }
  return { tracks, missingIds };
}

export const encodeGetTracksResponse = (m: GetTracksResponse) =>
  wire.encode(sizeOfGetTracksResponse(m), writeGetTracksResponse, m);
export const decodeGetTracksResponse = (bytes: Uint8Array) => readGetTracksResponse(new wire.Reader(bytes));

export function sizeOfArtist(m: Artist): number {
  let size = 0;
  if (m.artistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistId));
  if (m.name !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.name));
  if (m.labelId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.labelId));
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.artworkId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artworkId));
  return size;
}

export function writeArtist(w: wire.Writer, m: Artist): void {
  if (m.artistId !== '') w.text(10, m.artistId);
  if (m.name !== '') w.text(18, m.name);
  if (m.labelId !== '') w.text(26, m.labelId);
  if (!Object.is(m.popularity, 0)) w.double(33, m.popularity);
  if (m.artworkId !== '') w.text(42, m.artworkId);
}

export function readArtist(r: wire.Reader): Artist {
  let artistId = '';
  let name = '';
  let labelId = '';
  let popularity = 0;
  let artworkId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) artistId = r.text();
    else if (tag === 18) name = r.text();
    else if (tag === 26) labelId = r.text();
    else if (tag === 33) popularity = r.double();
    else if (tag === 42) artworkId = r.text();
    else r.skip(tag);
  }
  return { artistId, name, labelId, popularity, artworkId };
}

export const encodeArtist = (m: Artist) => wire.encode(sizeOfArtist(m), writeArtist, m);
export const decodeArtist = (bytes: Uint8Array) => readArtist(new wire.Reader(bytes));

export function sizeOfAlbumSummary(m: AlbumSummary): number {
  let size = 0;
  if (m.albumId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.albumId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.releaseYear !== 0) size += 1 + wire.sizeOfVarint(m.releaseYear);
  return size;
}

export function writeAlbumSummary(w: wire.Writer, m: AlbumSummary): void {
  if (m.albumId !== '') w.text(10, m.albumId);
  if (m.title !== '') w.text(18, m.title);
  if (m.releaseYear !== 0) w.number(24, m.releaseYear);
}

export function readAlbumSummary(r: wire.Reader): AlbumSummary {
  let albumId = '';
  let title = '';
  let releaseYear = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) albumId = r.text();
    else if (tag === 18) title = r.text();
    else if (tag === 24) releaseYear = r.varint();
    else r.skip(tag);
  }
  return { albumId, title, releaseYear };
}

export const encodeAlbumSummary = (m: AlbumSummary) =>
  wire.encode(sizeOfAlbumSummary(m), writeAlbumSummary, m);
export const decodeAlbumSummary = (bytes: Uint8Array) => readAlbumSummary(new wire.Reader(bytes));

export function sizeOfGetArtistRequest(m: GetArtistRequest): number {
  let size = 0;
  if (m.artistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistId));
  return size;
}

export function writeGetArtistRequest(w: wire.Writer, m: GetArtistRequest): void {
  if (m.artistId !== '') w.text(10, m.artistId);
}

export function readGetArtistRequest(r: wire.Reader): GetArtistRequest {
  let artistId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) artistId = r.text();
    else r.skip(tag);
  }
  return { artistId };
}

export const encodeGetArtistRequest = (m: GetArtistRequest) =>
  wire.encode(sizeOfGetArtistRequest(m), writeGetArtistRequest, m);
export const decodeGetArtistRequest = (bytes: Uint8Array) => readGetArtistRequest(new wire.Reader(bytes));

export function sizeOfGetArtistResponse(m: GetArtistResponse): number {
  let size = 0;
  if (m.artist !== undefined) size += 1 + wire.sizeOfBlock(sizeOfArtist(m.artist));
  for (const item of m.albums) size += 1 + wire.sizeOfBlock(sizeOfAlbumSummary(item));
  for (const item of m.artwork) size += 1 + wire.sizeOfBlock(sizeOfImage(item));
  return size;
}

export function writeGetArtistResponse(w: wire.Writer, m: GetArtistResponse): void {
  if (m.artist !== undefined) w.message(10, sizeOfArtist(m.artist), writeArtist, m.artist);
  for (const item of m.albums) w.message(18, sizeOfAlbumSummary(item), writeAlbumSummary, item);
  for (const item of m.artwork) w.message(26, sizeOfImage(item), writeImage, item);
}

export function readGetArtistResponse(r: wire.Reader): GetArtistResponse {
  let artist: Artist | undefined;
  const albums: AlbumSummary[] = [];
  const artwork: Image[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) artist = r.message(readArtist);
    else if (tag === 18) albums.push(r.message(readAlbumSummary));
    else if (tag === 26) artwork.push(r.message(readImage));
    else r.skip(tag);
  }
  return { artist, albums, artwork };
}

export const encodeGetArtistResponse = (m: GetArtistResponse) =>
  wire.encode(sizeOfGetArtistResponse(m), writeGetArtistResponse, m);
export const decodeGetArtistResponse = (bytes: Uint8Array) => readGetArtistResponse(new wire.Reader(bytes));

export function sizeOfAlbum(m: Album): number {
  let size = 0;
  if (m.albumId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.albumId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.artistId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistId));
  if (m.artistName !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artistName));
  if (m.releaseYear !== 0) size += 1 + wire.sizeOfVarint(m.releaseYear);
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.artworkId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artworkId));
  for (const item of m.trackIds) size += 1 + wire.sizeOfBlock(wire.sizeOfText(item));
  return size;
}

export function writeAlbum(w: wire.Writer, m: Album): void {
  if (m.albumId !== '') w.text(10, m.albumId);
  if (m.title !== '') w.text(18, m.title);
  if (m.artistId !== '') w.text(26, m.artistId);
  if (m.artistName !== '') w.text(34, m.artistName);
  if (m.releaseYear !== 0) w.number(40, m.releaseYear);
  if (!Object.is(m.popularity, 0)) w.double(49, m.popularity);
  if (m.artworkId !== '') w.text(58, m.artworkId);
  for (const item of m.trackIds) w.text(66, item);
}

export function readAlbum(r: wire.Reader): Album {
  let albumId = '';
  let title = '';
  let artistId = '';
  let artistName = '';
  let releaseYear = 0;
  let popularity = 0;
  let artworkId = '';
  const trackIds: string[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) albumId = r.text();
    else if (tag === 18) title = r.text();
    else if (tag === 26) artistId = r.text();
    else if (tag === 34) artistName = r.text();
    else if (tag === 40) releaseYear = r.varint();
    else if (tag === 49) popularity = r.double();
    else if (tag === 58) artworkId = r.text();
    else if (tag === 66) trackIds.push(r.text());
    else r.skip(tag);
  }
  return { albumId, title, artistId, artistName, releaseYear, popularity, artworkId, trackIds };
}

export const encodeAlbum = (m: Album) => wire.encode(sizeOfAlbum(m), writeAlbum, m);
export const decodeAlbum = (bytes: Uint8Array) => readAlbum(new wire.Reader(bytes));

export function sizeOfGetAlbumRequest(m: GetAlbumRequest): number {
  let size = 0;
  if (m.albumId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.albumId));
  return size;
}

export function writeGetAlbumRequest(w: wire.Writer, m: GetAlbumRequest): void {
  if (m.albumId !== '') w.text(10, m.albumId);
}

export function readGetAlbumRequest(r: wire.Reader): GetAlbumRequest {
  let albumId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) albumId = r.text();
    else r.skip(tag);
  }
  return { albumId };
}

export const encodeGetAlbumRequest = (m: GetAlbumRequest) =>
  wire.encode(sizeOfGetAlbumRequest(m), writeGetAlbumRequest, m);
export const decodeGetAlbumRequest = (bytes: Uint8Array) => readGetAlbumRequest(new wire.Reader(bytes));

export function sizeOfGetAlbumResponse(m: GetAlbumResponse): number {
  let size = 0;
  if (m.album !== undefined) size += 1 + wire.sizeOfBlock(sizeOfAlbum(m.album));
  for (const item of m.artwork) size += 1 + wire.sizeOfBlock(sizeOfImage(item));
  return size;
}

export function writeGetAlbumResponse(w: wire.Writer, m: GetAlbumResponse): void {
  if (m.album !== undefined) w.message(10, sizeOfAlbum(m.album), writeAlbum, m.album);
  for (const item of m.artwork) w.message(18, sizeOfImage(item), writeImage, item);
}

export function readGetAlbumResponse(r: wire.Reader): GetAlbumResponse {
  let album: Album | undefined;
  const artwork: Image[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) album = r.message(readAlbum);
    else if (tag === 18) artwork.push(r.message(readImage));
    else r.skip(tag);
  }
  return { album, artwork };
}

export const encodeGetAlbumResponse = (m: GetAlbumResponse) =>
  wire.encode(sizeOfGetAlbumResponse(m), writeGetAlbumResponse, m);
export const decodeGetAlbumResponse = (bytes: Uint8Array) => readGetAlbumResponse(new wire.Reader(bytes));

export function sizeOfPodcast(m: Podcast): number {
  let size = 0;
  if (m.podcastId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.podcastId));
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.publisher !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.publisher));
  if (m.description !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.description));
  if (m.language !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.language));
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.artworkId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.artworkId));
  return size;
}

export function writePodcast(w: wire.Writer, m: Podcast): void {
  if (m.podcastId !== '') w.text(10, m.podcastId);
  if (m.title !== '') w.text(18, m.title);
  if (m.publisher !== '') w.text(26, m.publisher);
  if (m.description !== '') w.text(34, m.description);
  if (m.language !== '') w.text(42, m.language);
  if (!Object.is(m.popularity, 0)) w.double(49, m.popularity);
  if (m.artworkId !== '') w.text(58, m.artworkId);
}

export function readPodcast(r: wire.Reader): Podcast {
  let podcastId = '';
  let title = '';
  let publisher = '';
  let description = '';
  let language = '';
  let popularity = 0;
  let artworkId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) podcastId = r.text();
    else if (tag === 18) title = r.text();
    else if (tag === 26) publisher = r.text();
    else if (tag === 34) description = r.text();
    else if (tag === 42) language = r.text();
    else if (tag === 49) popularity = r.double();
    else if (tag === 58) artworkId = r.text();
    else r.skip(tag);
  }
  return { podcastId, title, publisher, description, language, popularity, artworkId };
}

export const encodePodcast = (m: Podcast) => wire.encode(sizeOfPodcast(m), writePodcast, m);
export const decodePodcast = (bytes: Uint8Array) => readPodcast(new wire.Reader(bytes));

export function sizeOfEpisodeSummary(m: EpisodeSummary): number {
  let size = 0;
  if (m.episodeId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.episodeId));
  if (m.number !== 0) size += 1 + wire.sizeOfVarint(m.number);
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.durationMs !== 0) size += 1 + wire.sizeOfVarint(m.durationMs);
  return size;
}

export function writeEpisodeSummary(w: wire.Writer, m: EpisodeSummary): void {
  if (m.episodeId !== '') w.text(10, m.episodeId);
  if (m.number !== 0) w.number(16, m.number);
  if (m.title !== '') w.text(26, m.title);
  if (m.durationMs !== 0) w.number(32, m.durationMs);
}

export function readEpisodeSummary(r: wire.Reader): EpisodeSummary {
  let episodeId = '';
  let number = 0;
  let title = '';
  let durationMs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) episodeId = r.text();
    else if (tag === 16) number = r.varint();
    else if (tag === 26) title = r.text();
    else if (tag === 32) durationMs = r.varint();
    else r.skip(tag);
  }
  return { episodeId, number, title, durationMs };
}

export const encodeEpisodeSummary = (m: EpisodeSummary) =>
  wire.encode(sizeOfEpisodeSummary(m), writeEpisodeSummary, m);
export const decodeEpisodeSummary = (bytes: Uint8Array) => readEpisodeSummary(new wire.Reader(bytes));

export function sizeOfGetPodcastRequest(m: GetPodcastRequest): number {
  let size = 0;
  if (m.podcastId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.podcastId));
  if (m.episodesLimit !== 0) size += 1 + wire.sizeOfVarint(m.episodesLimit);
  return size;
}

export function writeGetPodcastRequest(w: wire.Writer, m: GetPodcastRequest): void {
  if (m.podcastId !== '') w.text(10, m.podcastId);
  if (m.episodesLimit !== 0) w.number(16, m.episodesLimit);
}

export function readGetPodcastRequest(r: wire.Reader): GetPodcastRequest {
  let podcastId = '';
  let episodesLimit = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) podcastId = r.text();
    else if (tag === 16) episodesLimit = r.varint();
    else r.skip(tag);
  }
  return { podcastId, episodesLimit };
}

export const encodeGetPodcastRequest = (m: GetPodcastRequest) =>
  wire.encode(sizeOfGetPodcastRequest(m), writeGetPodcastRequest, m);
export const decodeGetPodcastRequest = (bytes: Uint8Array) => readGetPodcastRequest(new wire.Reader(bytes));

export function sizeOfGetPodcastResponse(m: GetPodcastResponse): number {
  let size = 0;
  if (m.podcast !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPodcast(m.podcast));
  for (const item of m.episodes) size += 1 + wire.sizeOfBlock(sizeOfEpisodeSummary(item));
  for (const item of m.artwork) size += 1 + wire.sizeOfBlock(sizeOfImage(item));
  return size;
}

export function writeGetPodcastResponse(w: wire.Writer, m: GetPodcastResponse): void {
  if (m.podcast !== undefined) w.message(10, sizeOfPodcast(m.podcast), writePodcast, m.podcast);
  for (const item of m.episodes) w.message(18, sizeOfEpisodeSummary(item), writeEpisodeSummary, item);
  for (const item of m.artwork) w.message(26, sizeOfImage(item), writeImage, item);
}

export function readGetPodcastResponse(r: wire.Reader): GetPodcastResponse {
  let podcast: Podcast | undefined;
  const episodes: EpisodeSummary[] = [];
  const artwork: Image[] = [];
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) podcast = r.message(readPodcast);
    else if (tag === 18) episodes.push(r.message(readEpisodeSummary));
    else if (tag === 26) artwork.push(r.message(readImage));
    else r.skip(tag);
  }
  return { podcast, episodes, artwork };
}

export const encodeGetPodcastResponse = (m: GetPodcastResponse) =>
  wire.encode(sizeOfGetPodcastResponse(m), writeGetPodcastResponse, m);
export const decodeGetPodcastResponse = (bytes: Uint8Array) => readGetPodcastResponse(new wire.Reader(bytes));

export function sizeOfEpisode(m: Episode): number {
  let size = 0;
  if (m.episodeId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.episodeId));
  if (m.podcastId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.podcastId));
  if (m.podcastTitle !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.podcastTitle));
  if (m.number !== 0) size += 1 + wire.sizeOfVarint(m.number);
  if (m.title !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.title));
  if (m.text !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.text));
  if (m.durationMs !== 0) size += 1 + wire.sizeOfVarint(m.durationMs);
  if (!Object.is(m.popularity, 0)) size += 9;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writeEpisode(w: wire.Writer, m: Episode): void {
  if (m.episodeId !== '') w.text(10, m.episodeId);
  if (m.podcastId !== '') w.text(18, m.podcastId);
  if (m.podcastTitle !== '') w.text(26, m.podcastTitle);
  if (m.number !== 0) w.number(32, m.number);
  if (m.title !== '') w.text(42, m.title);
  if (m.text !== '') w.text(50, m.text);
  if (m.durationMs !== 0) w.number(56, m.durationMs);
  if (!Object.is(m.popularity, 0)) w.double(65, m.popularity);
  if (m.publishedAtNs !== 0) w.number(72, m.publishedAtNs);
}

export function readEpisode(r: wire.Reader): Episode {
  let episodeId = '';
  let podcastId = '';
  let podcastTitle = '';
  let number = 0;
  let title = '';
  let text = '';
  let durationMs = 0;
  let popularity = 0;
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) episodeId = r.text();
    else if (tag === 18) podcastId = r.text();
    else if (tag === 26) podcastTitle = r.text();
    else if (tag === 32) number = r.varint();
    else if (tag === 42) title = r.text();
    else if (tag === 50) text = r.text();
    else if (tag === 56) durationMs = r.varint();
    else if (tag === 65) popularity = r.double();
    else if (tag === 72) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { episodeId, podcastId, podcastTitle, number, title, text, durationMs, popularity, publishedAtNs };
}

export const encodeEpisode = (m: Episode) => wire.encode(sizeOfEpisode(m), writeEpisode, m);
export const decodeEpisode = (bytes: Uint8Array) => readEpisode(new wire.Reader(bytes));

export function sizeOfGetEpisodeRequest(m: GetEpisodeRequest): number {
  let size = 0;
  if (m.episodeId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.episodeId));
  return size;
}

export function writeGetEpisodeRequest(w: wire.Writer, m: GetEpisodeRequest): void {
  if (m.episodeId !== '') w.text(10, m.episodeId);
}

export function readGetEpisodeRequest(r: wire.Reader): GetEpisodeRequest {
  let episodeId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) episodeId = r.text();
    else r.skip(tag);
  }
  return { episodeId };
}

export const encodeGetEpisodeRequest = (m: GetEpisodeRequest) =>
  wire.encode(sizeOfGetEpisodeRequest(m), writeGetEpisodeRequest, m);
export const decodeGetEpisodeRequest = (bytes: Uint8Array) => readGetEpisodeRequest(new wire.Reader(bytes));

export function sizeOfGetEpisodeResponse(m: GetEpisodeResponse): number {
  let size = 0;
  if (m.episode !== undefined) size += 1 + wire.sizeOfBlock(sizeOfEpisode(m.episode));
  return size;
}

export function writeGetEpisodeResponse(w: wire.Writer, m: GetEpisodeResponse): void {
  if (m.episode !== undefined) w.message(10, sizeOfEpisode(m.episode), writeEpisode, m.episode);
}

export function readGetEpisodeResponse(r: wire.Reader): GetEpisodeResponse {
  let episode: Episode | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) episode = r.message(readEpisode);
    else r.skip(tag);
  }
  return { episode };
}

export const encodeGetEpisodeResponse = (m: GetEpisodeResponse) =>
  wire.encode(sizeOfGetEpisodeResponse(m), writeGetEpisodeResponse, m);
export const decodeGetEpisodeResponse = (bytes: Uint8Array) => readGetEpisodeResponse(new wire.Reader(bytes));

export function sizeOfLyrics(m: Lyrics): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.language !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.language));
  if (m.text !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.text));
  return size;
}

export function writeLyrics(w: wire.Writer, m: Lyrics): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.language !== '') w.text(18, m.language);
  if (m.text !== '') w.text(26, m.text);
}

export function readLyrics(r: wire.Reader): Lyrics {
  let trackId = '';
  let language = '';
  let text = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 18) language = r.text();
    else if (tag === 26) text = r.text();
    else r.skip(tag);
  }
  return { trackId, language, text };
}

export const encodeLyrics = (m: Lyrics) => wire.encode(sizeOfLyrics(m), writeLyrics, m);
export const decodeLyrics = (bytes: Uint8Array) => readLyrics(new wire.Reader(bytes));

export function sizeOfGetLyricsRequest(m: GetLyricsRequest): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  return size;
}

export function writeGetLyricsRequest(w: wire.Writer, m: GetLyricsRequest): void {
  if (m.trackId !== '') w.text(10, m.trackId);
}

export function readGetLyricsRequest(r: wire.Reader): GetLyricsRequest {
  let trackId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else r.skip(tag);
  }
  return { trackId };
}

export const encodeGetLyricsRequest = (m: GetLyricsRequest) =>
  wire.encode(sizeOfGetLyricsRequest(m), writeGetLyricsRequest, m);
export const decodeGetLyricsRequest = (bytes: Uint8Array) => readGetLyricsRequest(new wire.Reader(bytes));

export function sizeOfGetLyricsResponse(m: GetLyricsResponse): number {
  let size = 0;
  if (m.lyrics !== undefined) size += 1 + wire.sizeOfBlock(sizeOfLyrics(m.lyrics));
  return size;
}

export function writeGetLyricsResponse(w: wire.Writer, m: GetLyricsResponse): void {
  if (m.lyrics !== undefined) w.message(10, sizeOfLyrics(m.lyrics), writeLyrics, m.lyrics);
}

export function readGetLyricsResponse(r: wire.Reader): GetLyricsResponse {
  let lyrics: Lyrics | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) lyrics = r.message(readLyrics);
    else r.skip(tag);
  }
  return { lyrics };
}

export const encodeGetLyricsResponse = (m: GetLyricsResponse) =>
  wire.encode(sizeOfGetLyricsResponse(m), writeGetLyricsResponse, m);
export const decodeGetLyricsResponse = (bytes: Uint8Array) => readGetLyricsResponse(new wire.Reader(bytes));

export function sizeOfGetAudioRequest(m: GetAudioRequest): number {
  let size = 0;
  if (m.audioId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.audioId));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writeGetAudioRequest(w: wire.Writer, m: GetAudioRequest): void {
  if (m.audioId !== '') w.text(10, m.audioId);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readGetAudioRequest(r: wire.Reader): GetAudioRequest {
  let audioId = '';
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) audioId = r.text();
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { audioId, publisher };
}

export const encodeGetAudioRequest = (m: GetAudioRequest) =>
  wire.encode(sizeOfGetAudioRequest(m), writeGetAudioRequest, m);
export const decodeGetAudioRequest = (bytes: Uint8Array) => readGetAudioRequest(new wire.Reader(bytes));

export function sizeOfGetAudioResponse(m: GetAudioResponse): number {
  let size = 0;
  if (m.version !== 0) size += 1 + wire.sizeOfVarint(m.version);
  if (m.contentId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.contentId));
  return size;
}

export function writeGetAudioResponse(w: wire.Writer, m: GetAudioResponse): void {
  if (m.version !== 0) w.number(8, m.version);
  if (m.contentId !== '') w.text(18, m.contentId);
}

export function readGetAudioResponse(r: wire.Reader): GetAudioResponse {
  let version = 0;
  let contentId = '';
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) version = r.varint();
    else if (tag === 18) contentId = r.text();
    else r.skip(tag);
  }
  return { version, contentId };
}

export const encodeGetAudioResponse = (m: GetAudioResponse) =>
  wire.encode(sizeOfGetAudioResponse(m), writeGetAudioResponse, m);
export const decodeGetAudioResponse = (bytes: Uint8Array) => readGetAudioResponse(new wire.Reader(bytes));

export function sizeOfPublishDetailsRequest(m: PublishDetailsRequest): number {
  let size = 0;
  if (m.trackId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.trackId));
  if (m.details !== undefined) size += 1 + wire.sizeOfBlock(sizeOfTrackDetails(m.details));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishDetailsRequest(w: wire.Writer, m: PublishDetailsRequest): void {
  if (m.trackId !== '') w.text(10, m.trackId);
  if (m.details !== undefined) w.message(18, sizeOfTrackDetails(m.details), writeTrackDetails, m.details);
  if (m.publisher !== undefined) w.message(26, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishDetailsRequest(r: wire.Reader): PublishDetailsRequest {
  let trackId = '';
  let details: TrackDetails | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) trackId = r.text();
    else if (tag === 18) details = r.message(readTrackDetails);
    else if (tag === 26) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { trackId, details, publisher };
}

export const encodePublishDetailsRequest = (m: PublishDetailsRequest) =>
  wire.encode(sizeOfPublishDetailsRequest(m), writePublishDetailsRequest, m);
export const decodePublishDetailsRequest = (bytes: Uint8Array) =>
  readPublishDetailsRequest(new wire.Reader(bytes));

export function sizeOfPublishArtistRequest(m: PublishArtistRequest): number {
  let size = 0;
  if (m.artist !== undefined) size += 1 + wire.sizeOfBlock(sizeOfArtist(m.artist));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishArtistRequest(w: wire.Writer, m: PublishArtistRequest): void {
  if (m.artist !== undefined) w.message(10, sizeOfArtist(m.artist), writeArtist, m.artist);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishArtistRequest(r: wire.Reader): PublishArtistRequest {
  let artist: Artist | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) artist = r.message(readArtist);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { artist, publisher };
}

export const encodePublishArtistRequest = (m: PublishArtistRequest) =>
  wire.encode(sizeOfPublishArtistRequest(m), writePublishArtistRequest, m);
export const decodePublishArtistRequest = (bytes: Uint8Array) =>
  readPublishArtistRequest(new wire.Reader(bytes));

export function sizeOfPublishAlbumRequest(m: PublishAlbumRequest): number {
  let size = 0;
  if (m.album !== undefined) size += 1 + wire.sizeOfBlock(sizeOfAlbum(m.album));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishAlbumRequest(w: wire.Writer, m: PublishAlbumRequest): void {
  if (m.album !== undefined) w.message(10, sizeOfAlbum(m.album), writeAlbum, m.album);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishAlbumRequest(r: wire.Reader): PublishAlbumRequest {
  let album: Album | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) album = r.message(readAlbum);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { album, publisher };
}

export const encodePublishAlbumRequest = (m: PublishAlbumRequest) =>
  wire.encode(sizeOfPublishAlbumRequest(m), writePublishAlbumRequest, m);
export const decodePublishAlbumRequest = (bytes: Uint8Array) =>
  readPublishAlbumRequest(new wire.Reader(bytes));

export function sizeOfPublishPodcastRequest(m: PublishPodcastRequest): number {
  let size = 0;
  if (m.podcast !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPodcast(m.podcast));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishPodcastRequest(w: wire.Writer, m: PublishPodcastRequest): void {
  if (m.podcast !== undefined) w.message(10, sizeOfPodcast(m.podcast), writePodcast, m.podcast);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishPodcastRequest(r: wire.Reader): PublishPodcastRequest {
  let podcast: Podcast | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) podcast = r.message(readPodcast);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { podcast, publisher };
}

export const encodePublishPodcastRequest = (m: PublishPodcastRequest) =>
  wire.encode(sizeOfPublishPodcastRequest(m), writePublishPodcastRequest, m);
export const decodePublishPodcastRequest = (bytes: Uint8Array) =>
  readPublishPodcastRequest(new wire.Reader(bytes));

export function sizeOfPublishEpisodeRequest(m: PublishEpisodeRequest): number {
  let size = 0;
  if (m.episode !== undefined) size += 1 + wire.sizeOfBlock(sizeOfEpisode(m.episode));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishEpisodeRequest(w: wire.Writer, m: PublishEpisodeRequest): void {
  if (m.episode !== undefined) w.message(10, sizeOfEpisode(m.episode), writeEpisode, m.episode);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishEpisodeRequest(r: wire.Reader): PublishEpisodeRequest {
  let episode: Episode | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) episode = r.message(readEpisode);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { episode, publisher };
}

export const encodePublishEpisodeRequest = (m: PublishEpisodeRequest) =>
  wire.encode(sizeOfPublishEpisodeRequest(m), writePublishEpisodeRequest, m);
export const decodePublishEpisodeRequest = (bytes: Uint8Array) =>
  readPublishEpisodeRequest(new wire.Reader(bytes));

export function sizeOfPublishLyricsRequest(m: PublishLyricsRequest): number {
  let size = 0;
  if (m.lyrics !== undefined) size += 1 + wire.sizeOfBlock(sizeOfLyrics(m.lyrics));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writePublishLyricsRequest(w: wire.Writer, m: PublishLyricsRequest): void {
  if (m.lyrics !== undefined) w.message(10, sizeOfLyrics(m.lyrics), writeLyrics, m.lyrics);
  if (m.publisher !== undefined) w.message(18, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readPublishLyricsRequest(r: wire.Reader): PublishLyricsRequest {
  let lyrics: Lyrics | undefined;
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) lyrics = r.message(readLyrics);
    else if (tag === 18) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { lyrics, publisher };
}

export const encodePublishLyricsRequest = (m: PublishLyricsRequest) =>
  wire.encode(sizeOfPublishLyricsRequest(m), writePublishLyricsRequest, m);
export const decodePublishLyricsRequest = (bytes: Uint8Array) =>
  readPublishLyricsRequest(new wire.Reader(bytes));

export function sizeOfDeliverAudioRequest(m: DeliverAudioRequest): number {
  let size = 0;
  if (m.audioId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.audioId));
  if (m.contentId !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.contentId));
  if (m.publisher !== undefined) size += 1 + wire.sizeOfBlock(sizeOfPublisher(m.publisher));
  return size;
}

export function writeDeliverAudioRequest(w: wire.Writer, m: DeliverAudioRequest): void {
  if (m.audioId !== '') w.text(10, m.audioId);
  if (m.contentId !== '') w.text(18, m.contentId);
  if (m.publisher !== undefined) w.message(26, sizeOfPublisher(m.publisher), writePublisher, m.publisher);
}

export function readDeliverAudioRequest(r: wire.Reader): DeliverAudioRequest {
  let audioId = '';
  let contentId = '';
  let publisher: Publisher | undefined;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) audioId = r.text();
    else if (tag === 18) contentId = r.text();
    else if (tag === 26) publisher = r.message(readPublisher);
    else r.skip(tag);
  }
  return { audioId, contentId, publisher };
}

export const encodeDeliverAudioRequest = (m: DeliverAudioRequest) =>
  wire.encode(sizeOfDeliverAudioRequest(m), writeDeliverAudioRequest, m);
export const decodeDeliverAudioRequest = (bytes: Uint8Array) =>
  readDeliverAudioRequest(new wire.Reader(bytes));

export function sizeOfPublishedResponse(m: PublishedResponse): number {
  let size = 0;
  if (m.publishedAtNs !== 0) size += 1 + wire.sizeOfVarint(m.publishedAtNs);
  return size;
}

export function writePublishedResponse(w: wire.Writer, m: PublishedResponse): void {
  if (m.publishedAtNs !== 0) w.number(8, m.publishedAtNs);
}

export function readPublishedResponse(r: wire.Reader): PublishedResponse {
  let publishedAtNs = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 8) publishedAtNs = r.varint();
    else r.skip(tag);
  }
  return { publishedAtNs };
}

export const encodePublishedResponse = (m: PublishedResponse) =>
  wire.encode(sizeOfPublishedResponse(m), writePublishedResponse, m);
export const decodePublishedResponse = (bytes: Uint8Array) => readPublishedResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const catalogueService: wire.Service<CatalogueApi> = {
  name: 'rehearsal.catalogue.Catalogue',
  calls: {
    getTrack: {
      name: 'GetTrack',
      encodeRequest: encodeGetTrackRequest,
      decodeRequest: decodeGetTrackRequest,
      encodeResponse: encodeGetTrackResponse,
      decodeResponse: decodeGetTrackResponse,
    },
    publishTrack: {
      name: 'PublishTrack',
      encodeRequest: encodePublishTrackRequest,
      decodeRequest: decodePublishTrackRequest,
      encodeResponse: encodePublishTrackResponse,
      decodeResponse: decodePublishTrackResponse,
    },
    getTracks: {
      name: 'GetTracks',
      encodeRequest: encodeGetTracksRequest,
      decodeRequest: decodeGetTracksRequest,
      encodeResponse: encodeGetTracksResponse,
      decodeResponse: decodeGetTracksResponse,
    },
    getArtist: {
      name: 'GetArtist',
      encodeRequest: encodeGetArtistRequest,
      decodeRequest: decodeGetArtistRequest,
      encodeResponse: encodeGetArtistResponse,
      decodeResponse: decodeGetArtistResponse,
    },
    getAlbum: {
      name: 'GetAlbum',
      encodeRequest: encodeGetAlbumRequest,
      decodeRequest: decodeGetAlbumRequest,
      encodeResponse: encodeGetAlbumResponse,
      decodeResponse: decodeGetAlbumResponse,
    },
    getPodcast: {
      name: 'GetPodcast',
      encodeRequest: encodeGetPodcastRequest,
      decodeRequest: decodeGetPodcastRequest,
      encodeResponse: encodeGetPodcastResponse,
      decodeResponse: decodeGetPodcastResponse,
    },
    getEpisode: {
      name: 'GetEpisode',
      encodeRequest: encodeGetEpisodeRequest,
      decodeRequest: decodeGetEpisodeRequest,
      encodeResponse: encodeGetEpisodeResponse,
      decodeResponse: decodeGetEpisodeResponse,
    },
    getLyrics: {
      name: 'GetLyrics',
      encodeRequest: encodeGetLyricsRequest,
      decodeRequest: decodeGetLyricsRequest,
      encodeResponse: encodeGetLyricsResponse,
      decodeResponse: decodeGetLyricsResponse,
    },
    getAudio: {
      name: 'GetAudio',
      encodeRequest: encodeGetAudioRequest,
      decodeRequest: decodeGetAudioRequest,
      encodeResponse: encodeGetAudioResponse,
      decodeResponse: decodeGetAudioResponse,
    },
    publishDetails: {
      name: 'PublishDetails',
      encodeRequest: encodePublishDetailsRequest,
      decodeRequest: decodePublishDetailsRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    publishArtist: {
      name: 'PublishArtist',
      encodeRequest: encodePublishArtistRequest,
      decodeRequest: decodePublishArtistRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    publishAlbum: {
      name: 'PublishAlbum',
      encodeRequest: encodePublishAlbumRequest,
      decodeRequest: decodePublishAlbumRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    publishPodcast: {
      name: 'PublishPodcast',
      encodeRequest: encodePublishPodcastRequest,
      decodeRequest: decodePublishPodcastRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    publishEpisode: {
      name: 'PublishEpisode',
      encodeRequest: encodePublishEpisodeRequest,
      decodeRequest: decodePublishEpisodeRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    publishLyrics: {
      name: 'PublishLyrics',
      encodeRequest: encodePublishLyricsRequest,
      decodeRequest: decodePublishLyricsRequest,
      encodeResponse: encodePublishedResponse,
      decodeResponse: decodePublishedResponse,
    },
    deliverAudio: {
      name: 'DeliverAudio',
      encodeRequest: encodeDeliverAudioRequest,
      decodeRequest: decodeDeliverAudioRequest,
      encodeResponse: encodeGetAudioResponse,
      decodeResponse: decodeGetAudioResponse,
    },
  },
};
