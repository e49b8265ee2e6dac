/** Which Avro schema the messages of each topic have. A topic that is not here carries nothing that can be encoded. */
import type { EventContract } from '../../ports/event-codec.ts';
import type { AvroSchema } from '../../ports/schema-registry.ts';
import type { CatalogueUpdate, Play, PlaylistUpdate } from '../generated/events.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES, PLAYS } from '../topics.ts';
import {
  avroSizeOfCatalogueUpdate,
  avroSizeOfPlay,
  avroSizeOfPlaylistUpdate,
  catalogueUpdateSchema,
  playlistUpdateSchema,
  playSchema,
} from './generated/schemas.ts';

/** Subjects are named by topic, as Confluent's TopicNameStrategy does: all messages of a topic are of one kind. */
function contract<Message>(
  topic: string,
  schema: AvroSchema,
  sizeOf: (message: Message) => number,
): EventContract {
  return { topic, subject: `${topic}-value`, schema, sizeOf: sizeOf as (message: unknown) => number };
}

export const eventContracts: readonly EventContract[] = [
  contract<Play>(PLAYS, playSchema, avroSizeOfPlay),
  contract<PlaylistUpdate>(PLAYLIST_UPDATES, playlistUpdateSchema, avroSizeOfPlaylistUpdate),
  contract<CatalogueUpdate>(CATALOGUE_UPDATES, catalogueUpdateSchema, avroSizeOfCatalogueUpdate),
];
