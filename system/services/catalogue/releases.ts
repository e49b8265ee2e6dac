/** Artists and their albums. An album is written whole, in one batch: nobody sees half of its tracks. */
import type {
  Album,
  Artist,
  CatalogueApi,
  GetAlbumResponse,
  GetArtistResponse,
} from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { expectContentId, imagesOf } from './artwork.ts';
import { type CatalogueWorkings, given, notFound } from './catalogue-workings.ts';
import type { Ownership } from './ownership.ts';
import { albums, artists } from './tables.ts';

/** estimate: a box set; more is a mistake of whoever delivers. */
const MOST_TRACKS = 1_000;

export type ReleasesApi = Pick<CatalogueApi, 'getArtist' | 'publishArtist' | 'getAlbum' | 'publishAlbum'>;

export function createReleases(workings: CatalogueWorkings, ownership: Ownership): ReleasesApi {
  const { clock, knobs, rowsOf, write, tell, memory } = workings;
  const knownArtists = memory<GetArtistResponse>(knobs.localCacheOthers);
  const knownAlbums = memory<GetAlbumResponse>(knobs.localCacheOthers);

  async function readArtist(context: Context, artistId: string): Promise<GetArtistResponse> {
    const rows = await rowsOf(context, artists, artistId);
    const artist = artistIn(rows[0]);
    if (artist === null) throw notFound('catalogue.getArtist', `artist ${artistId}`);
    const found = rows.filter(({ title }) => typeof title === 'string').map(albumSummary);
    found.sort((a, b) => b.releaseYear - a.releaseYear || (a.albumId < b.albumId ? 1 : -1));
    return { artist, albums: found, artwork: imagesOf(artist.artworkId) };
  }

  async function readAlbum(context: Context, albumId: string): Promise<GetAlbumResponse> {
    const album = albumIn(await rowsOf(context, albums, albumId));
    if (album === null) throw notFound('catalogue.getAlbum', `album ${albumId}`);
    return { album, artwork: imagesOf(album.artworkId) };
  }

  return {
    async getArtist(context, { artistId }) {
      let answer = knownArtists.get(artistId);
      if (answer === undefined) {
        answer = await readArtist(context, artistId);
        knownArtists.set(artistId, answer);
      }
      return answer;
    },

    async publishArtist(context, { artist: delivered, publisher }) {
      const operation = 'catalogue.publishArtist';
      const artist = given(delivered, 'artistId', operation);
      expectContentId(artist.artworkId, operation);
      const isNew = await ownership.ofArtist(context, operation, publisher, artist);
      await ownership.write(context, operation, isNew, artists, artistRow(artist));
      knownArtists.delete(artist.artistId);
      await tell(context, artist.artistId, { artist });
      return { publishedAtNs: clock.now() };
    },

    async getAlbum(context, { albumId }) {
      let answer = knownAlbums.get(albumId);
      if (answer === undefined) {
        answer = await readAlbum(context, albumId);
        knownAlbums.set(albumId, answer);
      }
      return answer;
    },

    async publishAlbum(context, { album: delivered, publisher }) {
      const operation = 'catalogue.publishAlbum';
      const album = given(delivered, 'albumId', operation);
      given(album, 'artistId', operation);
      expectContentId(album.artworkId, operation);
      if (album.trackIds.length > MOST_TRACKS) {
        const detail = `${album.trackIds.length} tracks; at most ${MOST_TRACKS}`;
        throw new PortError('invalid', operation, true, detail);
      }
      const isNew = await ownership.ofAlbum(context, operation, publisher, album);
      await ownership.write(
        context,
        operation,
        isNew,
        albums,
        albumRow(album),
        album.trackIds.map((_, i) => albumTrackRow(album, i)),
      );
      await write(context, artists, artistAlbumRow(album));
      knownAlbums.delete(album.albumId);
      knownArtists.delete(album.artistId);
      await tell(context, album.albumId, { album });
      return { publishedAtNs: clock.now() };
    },
  };
}

export function artistRow({ artistId, name, labelId, popularity, artworkId }: Artist): Row {
  return { artist_id: artistId, name, label_id: labelId, popularity, artwork_id: artworkId };
}

type AlbumOfArtist = Pick<Album, 'artistId' | 'albumId' | 'title' | 'releaseYear'>;

export function artistAlbumRow({ artistId, albumId, title, releaseYear }: AlbumOfArtist): Row {
  return { artist_id: artistId, album_id: albumId, title, release_year: releaseYear };
}

export function albumRow(album: Album): Row {
  return {
    album_id: album.albumId,
    title: album.title,
    artist_id: album.artistId,
    artist_name: album.artistName,
    release_year: album.releaseYear,
    popularity: album.popularity,
    artwork_id: album.artworkId,
    tracks: album.trackIds.length,
  };
}

/** @param index from 0 */
export function albumTrackRow(
  { albumId, trackIds }: Pick<Album, 'albumId' | 'trackIds'>,
  index: number,
): Row {
  return { album_id: albumId, number: index + 1, track_id: trackIds[index]! };
}

function artistIn(row: Row | undefined): Artist | null {
  if (row === undefined || typeof row.name !== 'string') return null;
  return {
    artistId: row.artist_id as string,
    name: row.name,
    labelId: row.label_id as string,
    popularity: row.popularity as number,
    artworkId: row.artwork_id as string,
  };
}

function albumSummary(row: Row) {
  return {
    albumId: row.album_id as string,
    title: row.title as string,
    releaseYear: row.release_year as number,
  };
}

function albumIn(rows: readonly Row[]): Album | null {
  const row = rows[0];
  if (row === undefined || typeof row.title !== 'string') return null;
  const tracks = row.tracks as number;
  return {
    albumId: row.album_id as string,
    title: row.title,
    artistId: row.artist_id as string,
    artistName: row.artist_name as string,
    releaseYear: row.release_year as number,
    popularity: row.popularity as number,
    artworkId: row.artwork_id as string,
    trackIds: rows
      .filter(({ number }) => typeof number === 'number' && number <= tracks)
      .map(({ track_id }) => track_id as string),
  };
}
