/** Finding things, the popular ones first among equals, and completing what somebody is typing: one query to the index. */
import type { SearchHit as PublicHit, SearchApi, Suggestion } from '../../contracts/generated/search.ts';
import { PortError } from '../../ports/errors.ts';
import type { IndexDocument, SearchHit, SearchIndex } from '../../ports/search-index.ts';
import { CATALOGUE_INDEX } from './catalogue-index.ts';
import type { SearchKnobs } from './knobs.ts';

export interface SearchDependencies {
  readonly index: SearchIndex;
  readonly knobs: SearchKnobs;
}

const KINDS = ['track', 'playlist', 'artist', 'album', 'podcast', 'episode'];
const FIELDS = ['title', 'artist_name', 'text'] as const;
/** What people type is what they read in a list: titles and names. */
const SUGGESTED_FIELDS = ['title', 'artist_name'] as const;
/** Songs by the same title and artist are one suggestion: so many hits are asked for to fill a list. estimate */
const HITS_A_SUGGESTION = 4;

export function createSearchService({ index, knobs }: SearchDependencies): SearchApi {
  return {
    async search(context, { text, kind, size }) {
      expectKind(kind, KINDS, 'search.search');
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

    async suggest(context, { text, kind, size }) {
      expectKind(kind, KINDS, 'search.suggest');
      const wanted = size === 0 ? knobs.suggestSize : Math.min(size, knobs.suggestSize);
      const { hits } = await index.search(context, {
        index: CATALOGUE_INDEX,
        text,
        match: 'prefix',
        fields: SUGGESTED_FIELDS,
        boostBy: 'popularity',
        size: wanted * HITS_A_SUGGESTION,
        ...(kind === '' ? { exclude: { kind: 'playlist' } } : { filter: suggested(kind) }),
      });
      return { suggestions: distinct(hits.map(({ document }) => suggestionOf(document))).slice(0, wanted) };
    },
  };
}

/** Of playlists their names, not what is on them. */
const suggested = (kind: string): Readonly<Record<string, string>> =>
  kind === 'playlist' ? { kind, track_id: '' } : { kind };

function expectKind(kind: string, kinds: readonly string[], operation: string): void {
  if (kind === '' || kinds.includes(kind)) return;
  throw new PortError(
    'invalid',
    operation,
    true,
    `kind is one of ${kinds.join(', ')}, or empty, not '${kind}'`,
  );
}

function publicHit({ score, document }: SearchHit): PublicHit {
  return {
    kind: document.kind as string,
    trackId: textOf(document.track_id),
    playlistId: textOf(document.playlist_id),
    title: document.title as string,
    artistName: document.artist_name as string,
    score,
    id: idOf(document),
  };
}

const textOf = (value: IndexDocument[string] | undefined) => (value === undefined ? '' : (value as string));

/** Tracks, and tracks on playlists, are documents from before others had an id of their own. */
function idOf({ kind, id, track_id, playlist_id }: IndexDocument): string {
  if (id !== undefined) return id as string;
  return (kind === 'playlist' ? playlist_id : track_id) as string;
}

function suggestionOf(document: IndexDocument): Suggestion {
  return {
    kind: document.kind as string,
    id: idOf(document),
    title: document.title as string,
    artistName: document.artist_name as string,
  };
}

/** The first of those that read alike. */
function distinct(suggestions: readonly Suggestion[]): Suggestion[] {
  const first = new Map<string, Suggestion>();
  for (const suggestion of suggestions) {
    const { kind, title, artistName } = suggestion;
    const looks = [kind, title, artistName].join('\u0000').toLowerCase();
    if (!first.has(looks)) first.set(looks, suggestion);
  }
  return [...first.values()];
}
