/**
 * Processor time of a request in each service, without the calls that it makes. Estimates, and all of one kind: a
 * service in a managed runtime handles 5,000 to 10,000 small requests a second and core (parse, route, answer), so 0.1
 * to 0.2 ms each; what carries a list costs more. The tail (p99 three times the median) stands for garbage collection
 * and neighbours on the machine.
 */
import type { CatalogueApi } from '../contracts/generated/catalogue.ts';
import type { GatewayApi } from '../contracts/generated/gateway.ts';
import type { IdentityApi } from '../contracts/generated/identity.ts';
import type { ListeningApi } from '../contracts/generated/listening.ts';
import type { PlaylistApi } from '../contracts/generated/playlist.ts';
import type { SearchApi } from '../contracts/generated/search.ts';
import { lognormal } from '../runtime/kernel/index.ts';
import type { MethodCosts } from './remote-api.ts';

const cost = (medianUs: number) => lognormal(medianUs * 1_000, 3 * medianUs * 1_000);
const small = cost(100);
/** An answer with some hundred entries: 0.3 ms. */
const list = cost(300);

/** The gateway adds the token check: an RSA verification takes about 30 µs (openssl speed rsa2048). */
export const gatewayCosts: MethodCosts<GatewayApi> = {
  getPlaylist: cost(200),
  addTrack: cost(130),
  follow: cost(130),
  unfollow: cost(130),
  recordPlay: cost(130),
  getHistory: cost(200),
  search: cost(200),
  getTrack: cost(130),
  createPlaylist: cost(130),
  renamePlaylist: cost(130),
  setFlags: cost(130),
  deletePlaylist: cost(130),
  listTracks: cost(200),
  insertTrack: cost(130),
  removeTrack: cost(130),
  moveTrack: cost(130),
  savePlaylist: cost(130),
  unsavePlaylist: cost(130),
  likeTrack: cost(130),
  unlikeTrack: cost(130),
  getLibrary: cost(200),
  getLikes: cost(200),
  getTracks: cost(200),
  getArtist: cost(130),
  getAlbum: cost(200),
  getPodcast: cost(200),
  getEpisode: cost(200),
  getLyrics: cost(200),
  getRecentlyPlayed: cost(200),
  getSession: cost(130),
  getTopCharts: cost(200),
  suggest: cost(130),
};

export const playlistCosts: MethodCosts<PlaylistApi> = {
  getPlaylist: list,
  addTrack: small,
  follow: small,
  unfollow: small,
  createPlaylist: small,
  renamePlaylist: small,
  setFlags: list,
  deletePlaylist: list,
  listTracks: list,
  insertTrack: list,
  removeTrack: list,
  moveTrack: list,
  savePlaylist: small,
  unsavePlaylist: small,
  likeTrack: small,
  unlikeTrack: small,
  getLibrary: list,
  getLikes: list,
};

export const catalogueCosts: MethodCosts<CatalogueApi> = {
  getTrack: small,
  publishTrack: small,
  getTracks: list,
  getArtist: list,
  getAlbum: list,
  getPodcast: list,
  getEpisode: small,
  getLyrics: small,
  getAudio: small,
  publishDetails: small,
  publishArtist: small,
  publishAlbum: list,
  publishPodcast: small,
  publishEpisode: small,
  publishLyrics: small,
  deliverAudio: small,
};

export const listeningCosts: MethodCosts<ListeningApi> = {
  recordPlay: small,
  getHistory: list,
  getRecentlyPlayed: list,
  getSession: small,
  getTopCharts: list,
};

export const searchCosts: MethodCosts<SearchApi> = { search: cost(200), suggest: cost(150) };

export const identityCosts: MethodCosts<IdentityApi> = {
  issueToken: cost(1_000),
  verifyToken: small,
  listKeys: small,
};
