/** What an answer over HTTP means: the kinds of errors that the system knows inside, told from status and problem+json. */

export interface Answered {
  readonly status: number;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  readonly retryAfter: boolean;
}

export interface Failure {
  readonly kind: string;
  /** It certainly did not happen; false: nobody knows. */
  readonly definite: boolean;
  readonly why: string;
}

type NoAnswerKind = 'no-answer' | 'refused' | 'reset';

const PROBLEM = 'urn:rehearsal:problem:';
/** Kinds after which the outcome of a write is open. */
const OPEN = new Set(['deadline-exceeded', 'cancelled', 'timeout', 'reset', 'internal', 'unavailable']);

const KINDS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'permission-denied',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  413: 'invalid',
  415: 'invalid',
  429: 'rate-limited',
  500: 'internal',
  504: 'deadline-exceeded',
};

/** The request was answered with a status that nobody asked for. */
export function failureOf({ status, body, retryAfter }: Answered): Failure {
  const { type, detail } = (typeof body === 'object' && body !== null ? body : {}) as {
    type?: unknown;
    detail?: unknown;
  };
  const told = typeof type === 'string' && type.startsWith(PROBLEM) ? type.slice(PROBLEM.length) : null;
  const overload = status === 503 ? (retryAfter ? 'overloaded' : 'unavailable') : `status ${status}`;
  const kind = told ?? KINDS[status] ?? overload;
  return { kind, definite: !OPEN.has(kind), why: typeof detail === 'string' ? detail : `status ${status}` };
}

/**
 * No answer came. `no-answer`: not in the time that a client waits; `timeout` is what a target answers. `refused`: nobody
 * took the connection, so nothing can have happened.
 */
export function unanswered(reason: NoAnswerKind, why: string): Failure {
  return { kind: reason, definite: reason === 'refused', why };
}

/** Waited in vain: its latency counts, at the time when the client gave up or was told. */
export const waitedInVain = (kind: string) =>
  kind === 'deadline-exceeded' || kind === 'timeout' || kind === 'no-answer';

/** The answer to expect of each kind, for people: 'overloaded (503)'. */
const SHOWN: Readonly<Record<string, string>> = {
  refused: 'connection refused',
  reset: 'connection reset',
  'no-answer': 'no answer within 10 s',
  overloaded: 'overloaded (503)',
  unavailable: 'unavailable (503)',
  'circuit-open': 'circuit open (503)',
  internal: 'internal (500)',
  timeout: 'timeout (504)',
  'deadline-exceeded': 'deadline exceeded (504)',
  'rate-limited': 'rate-limited (429)',
};

export const shownKind = (kind: string) => SHOWN[kind] ?? kind;
