/** Tags of what was sent (ETag), and the lists of them in conditions, as RFC 9110 has them. */

export const quoted = (etag: string) => `"${etag}"`;

export const tagsOf = (header: string) => header.split(',').map((tag) => tag.trim());

/** Whether a list of tags ('"a", W/"b"', '*') has this one; weakly, as If-None-Match compares. */
export function hasTag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return tagsOf(header).some((tag) => tag.replace(/^W\//, '') === quoted(etag));
}
