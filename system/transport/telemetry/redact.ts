/**
 * What must never stand in a log: tokens, codes, passwords. Lines are made of chosen fields (no headers, no addresses with
 * their query, no bodies); this is for texts that others wrote, such as messages of errors.
 */
const SECRETS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // A JSON Web Token: three parts in base64url, the first of which is JSON.
  [/\beyJ[\w-]+\.[\w-]*\.?[\w-]*/g, '[token]'],
  [/\b(bearer|basic|dpop)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [
    /\b(access_token|refresh_token|id_token|client_secret|client_assertion|password|code_verifier|token|secret)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    '$1$2[redacted]',
  ],
  // Only as a parameter: 'code: EADDRINUSE' is none.
  [/\bcode=[^\s"'&,;}]+/g, 'code=[redacted]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?/g, '[private key]'],
];

/** Longer texts are cut: a log line is no place for a document. */
const LONGEST = 4_000;

export function redact(text: string): string {
  let safe = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  for (const [pattern, instead] of SECRETS) safe = safe.replace(pattern, instead);
  return safe;
}
