/** Finding tracks, and playlists by what is on them: one query to the index, the popular ones first among equals. */
import type { SearchHit as PublicHit, SearchApi } from '../../contracts/generated/search.ts';
import { PortError } from '../../ports/errors.ts';
import type { SearchHit, SearchIndex } from '../../ports/search-index.ts';
import { CATALOGUE_INDEX } from './catalogue-index.ts';
import type { SearchKnobs } from './knobs.ts';

export interface SearchDependencies {
  readonly index: SearchIndex;
  readonly knobs: SearchKnobs;
}

const FIELDS = ['title', 'artist_name'] as const;

export function createSearchService({ index, knobs }: SearchDependencies): SearchApi {
  return {
    async search(context, { text, kind, size }) {
      if (kind !== '' && kind !== 'track' && kind !== 'playlist')
        throw new PortError(
          'invalid',
          'search.search',
          true,
          `kind is 'track', 'playlist' or empty, not '${kind}'`,
        );
      const { total, hits } = await index.search(context, {
        index: CATALOGUE_INDEX,
        text,
        fields: FIELDS,
        boostBy: 'popularity',
        size: size === 0 ? knobs.size : Math.min(size, knobs.size),
        ...(kind === '' ? {} : { filter: { kind } }),
      });
      return { total, hits: hits.map(publicHit) };
    },
  };
}

function publicHit({ score, document }: SearchHit): PublicHit {
  return {
    kind: document.kind as string,
    trackId: document.track_id as string,
    playlistId: document.playlist_id as string,
    title: document.title as string,
    artistName: document.artist_name as string,
    score,
  };
}
