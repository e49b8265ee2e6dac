/** Avro schemas of the events, and the bytes that their messages take. Generated from the .avsc files by generate.ts: do not edit. */
import type { AvroSchema } from '../../../ports/schema-registry.ts';
import type * as catalogue from '../../generated/catalogue.ts';
import type * as events from '../../generated/events.ts';
import type * as listening from '../../generated/listening.ts';
import * as avro from '../size.ts';

export const playSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"Play","namespace":"rehearsal.events","doc":"Topic plays, by listener.","fields":[{"name":"playId","type":"long"},{"name":"listenerId","type":"string"},{"name":"trackId","type":"string"},{"name":"playedAtNs","type":"long"},{"name":"listenedMs","type":"long"},{"name":"skipped","type":"boolean"}]}',
);

export const playlistUpdateSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"PlaylistUpdate","namespace":"rehearsal.events","doc":"Topic playlist_updates, by playlist.","fields":[{"name":"playlistId","type":"string"},{"name":"snapshot","type":"long"},{"name":"listenerId","type":"string"},{"name":"track","doc":"The track that was added, if one was.","type":["null",{"type":"record","name":"Track","namespace":"rehearsal.catalogue","fields":[{"name":"trackId","type":"string"},{"name":"title","type":"string"},{"name":"artistId","type":"string"},{"name":"artistName","type":"string"},{"name":"labelId","type":"string"},{"name":"durationMs","type":"long"},{"name":"popularity","doc":"Plays so far: what search multiplies its score by, as a logarithm.","type":"double"},{"name":"publishedAtNs","type":"long"}]}],"default":null},{"name":"listing","doc":"What changed about the tracks that can be found through the playlist; absent for a track added to a public one.","type":["null",{"type":"record","name":"PlaylistListing","namespace":"rehearsal.events","fields":[{"name":"isPrivate","doc":"The playlist is private: what is added to it is for its owner alone.","type":"boolean"},{"name":"removedTrackIds","doc":"Not on the playlist any more, or not to be found through it: it was made private, or deleted.","type":{"type":"array","items":"string"}},{"name":"added","doc":"To be found through it again: it was made public.","type":{"type":"array","items":"rehearsal.catalogue.Track"}}]}],"default":null},{"name":"about","doc":"What the playlist is from this edit on: it was made, renamed, opened, closed or deleted.","type":["null",{"type":"record","name":"PlaylistAbout","namespace":"rehearsal.events","doc":"The one with the greater snapshot is the newer one, in whatever order they come; after a deletion nothing comes.","fields":[{"name":"name","type":"string"},{"name":"isPrivate","type":"boolean"},{"name":"isCollaborative","type":"boolean"},{"name":"isDeleted","type":"boolean"}]}],"default":null}]}',
);

export const catalogueUpdateSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"CatalogueUpdate","namespace":"rehearsal.events","doc":"Topic catalogue_updates: one of these; tracks by track or label (knob catalogue.eventKey), the others by their id.","fields":[{"name":"track","type":["null",{"type":"record","name":"Track","namespace":"rehearsal.catalogue","fields":[{"name":"trackId","type":"string"},{"name":"title","type":"string"},{"name":"artistId","type":"string"},{"name":"artistName","type":"string"},{"name":"labelId","type":"string"},{"name":"durationMs","type":"long"},{"name":"popularity","doc":"Plays so far: what search multiplies its score by, as a logarithm.","type":"double"},{"name":"publishedAtNs","type":"long"}]}],"default":null},{"name":"episode","type":["null",{"type":"record","name":"Episode","namespace":"rehearsal.catalogue","fields":[{"name":"episodeId","type":"string"},{"name":"podcastId","type":"string"},{"name":"podcastTitle","type":"string"},{"name":"number","doc":"Within the podcast, from 1.","type":"long"},{"name":"title","type":"string"},{"name":"text","doc":"What it is about: search looks into it.","type":"string"},{"name":"durationMs","type":"long"},{"name":"popularity","type":"double"},{"name":"publishedAtNs","type":"long"}]}],"default":null},{"name":"artist","type":["null",{"type":"record","name":"Artist","namespace":"rehearsal.catalogue","fields":[{"name":"artistId","type":"string"},{"name":"name","type":"string"},{"name":"labelId","type":"string"},{"name":"popularity","type":"double"},{"name":"artworkId","type":"string"}]}],"default":null},{"name":"album","type":["null",{"type":"record","name":"Album","namespace":"rehearsal.catalogue","fields":[{"name":"albumId","type":"string"},{"name":"title","type":"string"},{"name":"artistId","type":"string"},{"name":"artistName","type":"string"},{"name":"releaseYear","type":"long"},{"name":"popularity","type":"double"},{"name":"artworkId","type":"string"},{"name":"trackIds","doc":"In order.","type":{"type":"array","items":"string"}}]}],"default":null},{"name":"podcast","type":["null",{"type":"record","name":"Podcast","namespace":"rehearsal.catalogue","fields":[{"name":"podcastId","type":"string"},{"name":"title","type":"string"},{"name":"publisher","type":"string"},{"name":"description","type":"string"},{"name":"language","doc":"ISO 639-1.","type":"string"},{"name":"popularity","type":"double"},{"name":"artworkId","type":"string"}]}],"default":null}]}',
);

export const sessionSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"Session","namespace":"rehearsal.listening","doc":"Plays of one listener without a longer pause between them. On the topic sessions when it is over.","fields":[{"name":"listenerId","type":"string"},{"name":"startedAtNs","doc":"When the first and the last of its plays were recorded.","type":"long"},{"name":"endedAtNs","type":"long"},{"name":"tracks","type":"long"},{"name":"skips","type":"long"},{"name":"listenedMs","type":"long"},{"name":"version","doc":"Grows with every change; the highest counts.","type":"long"},{"name":"retracted","doc":"It has become part of another one.","type":"boolean"}]}',
);

export const partialWindowsSchema: AvroSchema = JSON.parse(
  '{"type":"record","name":"PartialWindows","namespace":"rehearsal.listening","doc":"Topic top_charts_parts, between the two stages of that job: what a partition of plays adds to the charts in one step.","fields":[{"name":"partition","type":"long"},{"name":"sequence","type":"long"},{"name":"watermarkNs","type":"long"},{"name":"windows","type":"string"}]}',
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
  size += avro.INDEX_BYTES;
  if (m.listing !== undefined) size += avroSizeOfPlaylistListing(m.listing);
  size += avro.INDEX_BYTES;
  if (m.about !== undefined) size += avroSizeOfPlaylistAbout(m.about);
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

export function avroSizeOfPlaylistListing(m: events.PlaylistListing): number {
  avro.checkRecord(m, 'PlaylistListing');
  let size = 0;
  size += avro.sizeOfBoolean(m.isPrivate, 'PlaylistListing.isPrivate');
  size += avro.sizeOfArray(m.removedTrackIds, 'PlaylistListing.removedTrackIds');
  for (const item of m.removedTrackIds) size += avro.sizeOfString(item, 'PlaylistListing.removedTrackIds');
  size += avro.sizeOfArray(m.added, 'PlaylistListing.added');
  for (const item of m.added) size += avroSizeOfTrack(item);
  return size;
}

export function avroSizeOfPlaylistAbout(m: events.PlaylistAbout): number {
  avro.checkRecord(m, 'PlaylistAbout');
  let size = 0;
  size += avro.sizeOfString(m.name, 'PlaylistAbout.name');
  size += avro.sizeOfBoolean(m.isPrivate, 'PlaylistAbout.isPrivate');
  size += avro.sizeOfBoolean(m.isCollaborative, 'PlaylistAbout.isCollaborative');
  size += avro.sizeOfBoolean(m.isDeleted, 'PlaylistAbout.isDeleted');
  return size;
}

export function avroSizeOfCatalogueUpdate(m: events.CatalogueUpdate): number {
  avro.checkRecord(m, 'CatalogueUpdate');
  let size = 0;
  size += avro.INDEX_BYTES;
  if (m.track !== undefined) size += avroSizeOfTrack(m.track);
  size += avro.INDEX_BYTES;
  if (m.episode !== undefined) size += avroSizeOfEpisode(m.episode);
  size += avro.INDEX_BYTES;
  if (m.artist !== undefined) size += avroSizeOfArtist(m.artist);
  size += avro.INDEX_BYTES;
  if (m.album !== undefined) size += avroSizeOfAlbum(m.album);
  size += avro.INDEX_BYTES;
  if (m.podcast !== undefined) size += avroSizeOfPodcast(m.podcast);
  return size;
}

export function avroSizeOfEpisode(m: catalogue.Episode): number {
  avro.checkRecord(m, 'Episode');
  let size = 0;
  size += avro.sizeOfString(m.episodeId, 'Episode.episodeId');
  size += avro.sizeOfString(m.podcastId, 'Episode.podcastId');
  size += avro.sizeOfString(m.podcastTitle, 'Episode.podcastTitle');
  size += avro.sizeOfLong(m.number, 'Episode.number');
  size += avro.sizeOfString(m.title, 'Episode.title');
  size += avro.sizeOfString(m.text, 'Episode.text');
  size += avro.sizeOfLong(m.durationMs, 'Episode.durationMs');
  size += avro.sizeOfDouble(m.popularity, 'Episode.popularity');
  size += avro.sizeOfLong(m.publishedAtNs, 'Episode.publishedAtNs');
  return size;
}

export function avroSizeOfArtist(m: catalogue.Artist): number {
  avro.checkRecord(m, 'Artist');
  let size = 0;
  size += avro.sizeOfString(m.artistId, 'Artist.artistId');
  size += avro.sizeOfString(m.name, 'Artist.name');
  size += avro.sizeOfString(m.labelId, 'Artist.labelId');
  size += avro.sizeOfDouble(m.popularity, 'Artist.popularity');
  size += avro.sizeOfString(m.artworkId, 'Artist.artworkId');
  return size;
}

export function avroSizeOfAlbum(m: catalogue.Album): number {
  avro.checkRecord(m, 'Album');
  let size = 0;
  size += avro.sizeOfString(m.albumId, 'Album.albumId');
  size += avro.sizeOfString(m.title, 'Album.title');
  size += avro.sizeOfString(m.artistId, 'Album.artistId');
  size += avro.sizeOfString(m.artistName, 'Album.artistName');
  size += avro.sizeOfLong(m.releaseYear, 'Album.releaseYear');
  size += avro.sizeOfDouble(m.popularity, 'Album.popularity');
  size += avro.sizeOfString(m.artworkId, 'Album.artworkId');
  size += avro.sizeOfArray(m.trackIds, 'Album.trackIds');
  for (const item of m.trackIds) size += avro.sizeOfString(item, 'Album.trackIds');
  return size;
}

export function avroSizeOfPodcast(m: catalogue.Podcast): number {
  avro.checkRecord(m, 'Podcast');
  let size = 0;
  size += avro.sizeOfString(m.podcastId, 'Podcast.podcastId');
  size += avro.sizeOfString(m.title, 'Podcast.title');
  size += avro.sizeOfString(m.publisher, 'Podcast.publisher');
  size += avro.sizeOfString(m.description, 'Podcast.description');
  size += avro.sizeOfString(m.language, 'Podcast.language');
  size += avro.sizeOfDouble(m.popularity, 'Podcast.popularity');
  size += avro.sizeOfString(m.artworkId, 'Podcast.artworkId');
  return size;
}

export function avroSizeOfSession(m: listening.Session): number {
  avro.checkRecord(m, 'Session');
  let size = 0;
  size += avro.sizeOfString(m.listenerId, 'Session.listenerId');
  size += avro.sizeOfLong(m.startedAtNs, 'Session.startedAtNs');
  size += avro.sizeOfLong(m.endedAtNs, 'Session.endedAtNs');
  size += avro.sizeOfLong(m.tracks, 'Session.tracks');
  size += avro.sizeOfLong(m.skips, 'Session.skips');
  size += avro.sizeOfLong(m.listenedMs, 'Session.listenedMs');
  size += avro.sizeOfLong(m.version, 'Session.version');
  size += avro.sizeOfBoolean(m.retracted, 'Session.retracted');
  return size;
}

export interface PartialWindows {
  readonly partition: number;
  readonly sequence: number;
  readonly watermarkNs: number;
  readonly windows: string;
}

export function avroSizeOfPartialWindows(m: PartialWindows): number {
  avro.checkRecord(m, 'PartialWindows');
  let size = 0;
  size += avro.sizeOfLong(m.partition, 'PartialWindows.partition');
  size += avro.sizeOfLong(m.sequence, 'PartialWindows.sequence');
  size += avro.sizeOfLong(m.watermarkNs, 'PartialWindows.watermarkNs');
  size += avro.sizeOfString(m.windows, 'PartialWindows.windows');
  return size;
}
