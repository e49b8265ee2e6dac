/** A signed URL taken apart, and why one is refused, in words for the person who gets the answer. */
import type { UrlRefusal } from '../ports/url-signer.ts';

const MARK = '?token=';

/** An empty token: there is none. */
export function splitUrl(url: string): { readonly path: string; readonly token: string } {
  const mark = url.indexOf(MARK);
  if (mark < 0) {
    const query = url.indexOf('?');
    return { path: query < 0 ? url : url.slice(0, query), token: '' };
  }
  return { path: url.slice(0, mark), token: url.slice(mark + MARK.length) };
}

const REFUSALS: Readonly<Record<UrlRefusal, string>> = {
  missing: 'the URL carries no token',
  malformed: 'the token of the URL cannot be read',
  'unknown-key': 'the token of the URL was signed with a key that is not accepted',
  tampered: 'the signature of the URL does not fit',
  'other-path': 'the token was granted for another path',
  'not-yet-valid': 'the URL is not valid yet',
  expired: 'the URL has expired',
};

export function refusalText(refusal: UrlRefusal): string {
  return REFUSALS[refusal];
}
