/** Why a signed URL is refused, in words for the person who gets the answer. */
import type { UrlRefusal } from '../ports/url-signer.ts';

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
