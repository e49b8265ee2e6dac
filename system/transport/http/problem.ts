/** Errors as the HTTP API tells them: RFC 9457 problem details, each with the correlation id under which to look for it. */
import type { FastifyError, FastifyReply, FastifySchemaValidationError } from 'fastify';
import { type ErrorKind, PortError } from '../../ports/errors.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The field of the request that did not fit. */
  readonly field?: string;
  readonly correlationId: string;
}

/** What was sent has the right form and cannot be taken all the same. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly field: string;

  /** `field`: as 'body.playedAt'. */
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export const PROBLEM_JSON = 'application/problem+json';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  'deadline-exceeded': 504,
  cancelled: 504,
  timeout: 504,
  unavailable: 503,
  reset: 503,
  overloaded: 503,
  'rate-limited': 429,
  'circuit-open': 503,
  unauthenticated: 401,
  'permission-denied': 403,
  'not-found': 404,
  invalid: 400,
  conflict: 409,
  internal: 500,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request does not fit',
  401: 'A valid token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'The method is not supported here',
  408: 'The request took too long to arrive',
  409: 'In conflict with the present state',
  412: 'It is not what it was',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The media type is not supported',
  416: 'The range cannot be satisfied',
  417: 'The expectation cannot be met',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'Something went wrong here',
  503: 'Not available at the moment',
  504: 'Took too long',
};

/** Seconds after which a retry makes sense where nobody said so: an estimate, short because everything here restarts fast. */
const RETRY_AFTER_S = 1;

/** What tokens are for: a challenge has to have a parameter, and may not say 'error' to whoever came without a token. */
const REALM = 'rehearsal';

/** Refused for want of a token or a scope: the answer says of what (RFC 6750, section 3). */
export class Challenge extends PortError {
  readonly parameters: Readonly<Record<string, string>>;

  constructor(
    kind: 'unauthenticated' | 'permission-denied',
    operation: string,
    detail: string,
    parameters: Readonly<Record<string, string>>,
  ) {
    super(kind, operation, true, detail);
    this.parameters = parameters;
  }
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of the request that failed. */
export interface FailedRequest {
  /** Its correlation id. */
  readonly id: string;
  readonly method: string;
}

/** Methods that change nothing, so that nobody asks whether they did (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export function problemOf(error: unknown, { id: correlationId, method }: FailedRequest): ProblemAnswer {
  if (error instanceof PortError) return portProblem(error, correlationId, !SAFE.has(method));
  if (error instanceof FieldError) {
    const { field, message } = error;
    return answer(400, `${field}: ${message}.`, correlationId, { field });
  }
  const { statusCode, validation, validationContext, code, message } = error as FastifyError;
  if (validation !== undefined) {
    const first = validation[0]!;
    const field = fieldOf(first, validationContext ?? 'body');
    return answer(400, `${field}: ${wordsOf(first)}.`, correlationId, { field });
  }
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return answer(400, 'body: it is empty, and JSON was promised.', correlationId, { field: 'body' });
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError)
    return answer(400, 'body: it is not valid JSON.', correlationId, { field: 'body' });
  const status = statusCode !== undefined && statusCode in TITLES ? statusCode : 500;
  // What broke inside is for the log, not for whoever asks.
  return answer(
    status,
    status === 500 ? 'The log has more under this correlation id.' : message,
    correlationId,
  );
}

/** Of a choice, what there is to choose from. */
function wordsOf({ keyword, params, message = 'does not fit' }: FastifySchemaValidationError): string {
  if (keyword !== 'enum') return message;
  return `must be one of ${(params.allowedValues as readonly unknown[]).map((one) => JSON.stringify(one)).join(', ')}`;
}

export function problem(status: number, detail: string, correlationId: string): ProblemAnswer {
  return answer(status, detail, correlationId);
}

export function sendProblem(reply: FastifyReply, { problem: body, headers }: ProblemAnswer): FastifyReply {
  return reply
    .code(body.status)
    .headers({ ...headers, 'content-type': PROBLEM_JSON })
    .serializer(JSON.stringify)
    .send(body);
}

function portProblem(error: PortError, correlationId: string, mayChange: boolean): ProblemAnswer {
  const status = STATUS[error.kind];
  const headers: Record<string, string> = {};
  if (status === 429 || status === 503) {
    const seconds = error.retryAfterMs === undefined ? RETRY_AFTER_S : Math.ceil(error.retryAfterMs / 1_000);
    headers['retry-after'] = String(Math.max(1, seconds));
  }
  if (error instanceof Challenge) headers['www-authenticate'] = challengeText(error.parameters);
  else if (status === 401) headers['www-authenticate'] = challengeText({ error: 'invalid_token' });
  const detail = status === 500 ? 'The log has more under this correlation id.' : detailOf(error, mayChange);
  return { ...answer(status, detail, correlationId, { kind: error.kind }), headers };
}

function challengeText(parameters: Readonly<Record<string, string>>): string {
  const all = Object.entries({ realm: REALM, ...parameters });
  return `Bearer ${all.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

/** The message without the names of operations inside, and what became of a request that could have changed something. */
function detailOf(error: PortError, mayChange: boolean): string {
  const prefix = `${error.operation}: ${error.kind}`;
  const rest = error.message.startsWith(`${prefix}: `) ? error.message.slice(prefix.length + 2) : '';
  const said = `${rest === '' ? error.kind : rest}.`;
  if (!mayChange) return said;
  return `${said} ${error.definite ? 'Nothing was changed.' : 'Whether it was done is not known.'}`;
}

function answer(
  status: number,
  detail: string,
  correlationId: string,
  extra: { readonly field?: string; readonly kind?: ErrorKind } = {},
): ProblemAnswer {
  const { field, kind } = extra;
  return {
    problem: {
      type: kind === undefined ? 'about:blank' : `urn:rehearsal:problem:${kind}`,
      title: TITLES[status] ?? 'Something went wrong here',
      status,
      detail,
      ...(field === undefined ? {} : { field }),
      correlationId,
    },
    headers: {},
  };
}

interface ValidationIssue {
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function fieldOf({ instancePath, params }: ValidationIssue, context: string): string {
  const named = params.missingProperty ?? params.additionalProperty;
  const path = instancePath.split('/').filter((part) => part !== '');
  if (typeof named === 'string') path.push(named);
  return [context === 'querystring' ? 'query' : context, ...path].join('.');
}
