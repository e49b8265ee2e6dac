/** Which Avro schema the messages of each topic have. A topic that is not here carries nothing that can be encoded. */
import type { EventContract } from '../../ports/event-codec.ts';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import type { CatalogueUpdate, Play, PlaylistUpdate } from '../generated/events.ts';
import type { Session } from '../generated/listening.ts';
import * as topics from '../topics.ts';
import * as schemas from './generated/schemas.ts';

/** Subjects are named by topic, as Confluent's TopicNameStrategy does: all messages of a topic are of one kind. */
function contract<Message>(
  topic: string,
  schema: AvroSchema,
  sizeOf: (message: Message) => number,
): EventContract {
  return { topic, subject: `${topic}-value`, schema, sizeOf: sizeOf as (message: unknown) => number };
}

const play = (topic: string) => contract<Play>(topic, schemas.playSchema, schemas.avroSizeOfPlay);

export const eventContracts: readonly EventContract[] = [
  play(topics.PLAYS),
  play(topics.SKIPS),
  play(topics.SESSIONS_LATE),
  play(topics.TOP_CHARTS_LATE),
  contract<PlaylistUpdate>(
    topics.PLAYLIST_UPDATES,
    schemas.playlistUpdateSchema,
    schemas.avroSizeOfPlaylistUpdate,
  ),
  contract<CatalogueUpdate>(
    topics.CATALOGUE_UPDATES,
    schemas.catalogueUpdateSchema,
    schemas.avroSizeOfCatalogueUpdate,
  ),
  contract<Session>(topics.SESSIONS, schemas.sessionSchema, schemas.avroSizeOfSession),
  contract<schemas.PartialWindows>(
    topics.TOP_CHARTS_PARTS,
    schemas.partialWindowsSchema,
    schemas.avroSizeOfPartialWindows,
  ),
];
