/**
 * Addresses of pictures. They name the content, by its hash, and the size: what lies there never changes, so that caches
 * keep it for ever, and a new picture is a new address.
 */
import { CONTENT_ID } from '../../contracts/content-id.ts';
import type { Image } from '../../contracts/generated/catalogue.ts';
import { PortError } from '../../ports/errors.ts';

/** Pixels. Spotify's Web API gives album art in these three. */
const WIDTHS = [640, 300, 64];
const HOST = 'https://images.rehearsal.example';

export function imagesOf(artworkId: string): Image[] {
  if (artworkId === '') return [];
  return WIDTHS.map((width) => ({ url: `${HOST}/${artworkId}/${width}.jpg`, width }));
}

/** @param id a hash in hexadecimal; empty where there is no content */
export function expectContentId(id: string, operation: string): void {
  if (id === '' || CONTENT_ID.test(id)) return;
  throw new PortError('invalid', operation, true, 'a content id has 16 to 64 hexadecimal digits');
}
