/**
 * Versions of audio. A version is part of the address of what listeners fetch, so that a new delivery needs no purge of
 * any cache: what was fetched before stays right under its old address. Counting needs a lightweight transaction: two
 * deliveries at the same moment are two versions.
 */
import type { CatalogueApi, GetAudioResponse } from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { expectContentId } from './artwork.ts';
import { type CatalogueWorkings, notFound } from './catalogue-workings.ts';
import type { Ownership } from './ownership.ts';
import { audioVersions } from './tables.ts';

/** What a track or an episode has that was published, and whose audio was never delivered apart from that. */
const PUBLISHED: GetAudioResponse = Object.freeze({ version: 1, contentId: '' });

/** Whether there is a track or an episode of this id. */
export type Exists = (context: Context, audioId: string) => Promise<boolean>;

export function createAudio(
  workings: CatalogueWorkings,
  exists: Exists,
  ownership: Ownership,
): Pick<CatalogueApi, 'getAudio' | 'deliverAudio'> {
  const { store, knobs, rowsOf, memory } = workings;
  const known = memory<GetAudioResponse>(knobs.localCacheOthers);

  async function expectExists(context: Context, operation: string, audioId: string): Promise<void> {
    if (!(await exists(context, audioId))) throw notFound(operation, `audio ${audioId}`);
  }

  /** Null: somebody else has delivered meanwhile; `current` is theirs. */
  async function count(context: Context, audioId: string, contentId: string, before: Row | undefined) {
    const version = versionOf(before) + 1;
    const { applied, current } = await store.upsert(context, {
      table: audioVersions.name,
      row: { audio_id: audioId, version, content_id: contentId },
      consistency: 'QUORUM',
      ...(before === undefined ? { ifNotExists: true } : { ifEquals: { version: before.version! } }),
    });
    return applied ? { version, contentId } : { current };
  }

  return {
    async getAudio(context, { audioId, publisher }) {
      if (publisher !== undefined) await ownership.ofAudio(context, 'catalogue.getAudio', publisher, audioId);
      let audio = known.get(audioId);
      if (audio === undefined) {
        const [row] = await rowsOf(context, audioVersions, audioId);
        if (row === undefined) await expectExists(context, 'catalogue.getAudio', audioId);
        // Not remembered: it ends with the first delivery, which another instance may have taken.
        if (row === undefined) return PUBLISHED;
        audio = audioIn(row);
        known.set(audioId, audio);
      }
      return audio;
    },

    async deliverAudio(context, { audioId, contentId, publisher }) {
      const operation = 'catalogue.deliverAudio';
      if (contentId === '') throw new PortError('invalid', operation, true, 'no content id');
      expectContentId(contentId, operation);
      await ownership.ofAudio(context, operation, publisher, audioId);
      await expectExists(context, operation, audioId);
      let [before] = await rowsOf(context, audioVersions, audioId);
      /** A count whose outcome is not known, and the version that it may have made. */
      let open: { readonly error: PortError; readonly version: number } | null = null;
      // The same content again is no new version: a delivery that is tried again changes nothing.
      while (before?.content_id !== contentId) {
        const version = versionOf(before);
        // Others have been delivered since: in its place or after it, nobody knows.
        if (open !== null && version > open.version) throw open.error;
        // Another has that version: this one came to nothing.
        if (open !== null && version === open.version) open = null;
        try {
          const counted = await count(context, audioId, contentId, before);
          if (!('current' in counted)) {
            known.delete(audioId);
            return counted;
          }
          before = counted.current;
        } catch (error) {
          if (!(error instanceof PortError)) throw error;
          if (error.definite) throw open?.error ?? error;
          open = { error, version: version + 1 };
          [before] = await rowsOf(context, audioVersions, audioId);
        }
      }
      known.delete(audioId);
      return audioIn(before);
    },
  };
}

function versionOf(row: Row | undefined): number {
  return row === undefined ? 0 : (row.version as number);
}

function audioIn(row: Row): GetAudioResponse {
  return { version: row.version as number, contentId: row.content_id as string };
}
