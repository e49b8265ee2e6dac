/** Avro schemas of the events, and the bytes that their messages take. Generated from the .avsc files by generate.ts: do not edit. */
import type { AvroSchema } from '../../../ports/schema-registry.ts';
import type * as catalogue from '../../generated/catalogue.ts';
import type * as events from '../../generated/events.ts';
import * as avro from '../size.ts';

export const playSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"Play","namespace":"rehearsal.events","doc":"Topic plays, by listener.","fields":[{"name":"playId","type":"long"},{"name":"listenerId","type":"string"},{"name":"trackId","type":"string"},{"name":"playedAtNs","type":"long"},{"name":"listenedMs","type":"long"},{"name":"skipped","type":"boolean"}]}',
);

export const playlistUpdateSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"PlaylistUpdate","namespace":"rehearsal.events","doc":"Topic playlist_updates, by playlist.","fields":[{"name":"playlistId","type":"string"},{"name":"snapshot","type":"long"},{"name":"listenerId","type":"string"},{"name":"track","doc":"The track that was added.","type":["null",{"type":"record","name":"Track","namespace":"rehearsal.catalogue","fields":[{"name":"trackId","type":"string"},{"name":"title","type":"string"},{"name":"artistId","type":"string"},{"name":"artistName","type":"string"},{"name":"labelId","type":"string"},{"name":"durationMs","type":"long"},{"name":"popularity","doc":"Plays so far: what search multiplies its score by, as a logarithm.","type":"double"},{"name":"publishedAtNs","type":"long"}]}],"default":null}]}',
);

export const catalogueUpdateSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"CatalogueUpdate","namespace":"rehearsal.events","doc":"Topic catalogue_updates, by track or label (knob catalogue.eventKey).","fields":[{"name":"track","type":["null",{"type":"record","name":"Track","namespace":"rehearsal.catalogue","fields":[{"name":"trackId","type":"string"},{"name":"title","type":"string"},{"name":"artistId","type":"string"},{"name":"artistName","type":"string"},{"name":"labelId","type":"string"},{"name":"durationMs","type":"long"},{"name":"popularity","doc":"Plays so far: what search multiplies its score by, as a logarithm.","type":"double"},{"name":"publishedAtNs","type":"long"}]}],"default":null}]}',
);

export function avroSizeOfPlay(m: events.Play): number {
  avro.checkRecord(m, 'Play');
  let size = 0;
  size += avro.sizeOfLong(m.playId, 'Play.playId');
  size += avro.sizeOfString(m.listenerId, 'Play.listenerId');
  size += avro.sizeOfString(m.trackId, 'Play.trackId');
  size += avro.sizeOfLong(m.playedAtNs, 'Play.playedAtNs');
  size += avro.sizeOfLong(m.listenedMs, 'Play.listenedMs');
  size += avro.sizeOfBoolean(m.skipped, 'Play.skipped');
  return size;
}

export function avroSizeOfPlaylistUpdate(m: events.PlaylistUpdate): number {
  avro.checkRecord(m, 'PlaylistUpdate');
  let size = 0;
  size += avro.sizeOfString(m.playlistId, 'PlaylistUpdate.playlistId');
  size += avro.sizeOfLong(m.snapshot, 'PlaylistUpdate.snapshot');
  size += avro.sizeOfString(m.listenerId, 'PlaylistUpdate.listenerId');
  size += avro.INDEX_BYTES;
  if (m.track !== undefined) size += avroSizeOfTrack(m.track);
  return size;
}

export function avroSizeOfTrack(m: catalogue.Track): number {
  avro.checkRecord(m, 'Track');
  let size = 0;
  size += avro.sizeOfString(m.trackId, 'Track.trackId');
  size += avro.sizeOfString(m.title, 'Track.title');
  size += avro.sizeOfString(m.artistId, 'Track.artistId');
  size += avro.sizeOfString(m.artistName, 'Track.artistName');
  size += avro.sizeOfString(m.labelId, 'Track.labelId');
  size += avro.sizeOfLong(m.durationMs, 'Track.durationMs');
  size += avro.sizeOfDouble(m.popularity, 'Track.popularity');
  size += avro.sizeOfLong(m.publishedAtNs, 'Track.publishedAtNs');
  return size;
}

export function avroSizeOfCatalogueUpdate(m: events.CatalogueUpdate): number {
  avro.checkRecord(m, 'CatalogueUpdate');
  let size = 0;
  size += avro.INDEX_BYTES;
  if (m.track !== undefined) size += avroSizeOfTrack(m.track);
  return size;
}
