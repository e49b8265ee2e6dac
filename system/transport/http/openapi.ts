/** The OpenAPI document: what Fastify's generator cannot know from the routes themselves. */
import { LISTENER_SCOPES, SCOPES } from '../tokens/scopes.ts';
import { PROBLEM_JSON } from './problem.ts';
import type { Route } from './routes/index.ts';
import { problemSchema } from './schemas.ts';

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'What was sent does not fit: the answer says why, and names the field whose form is wrong',
  401: 'No token, or one that is not valid',
  403: 'The token does not allow this, or it is somebody else’s',
  404: 'There is no such thing',
  409: 'In conflict with the present state',
  412: 'If-Match names something else than what is there',
  413: 'The body is too large',
  405: 'It takes another method',
  414: 'An id in the address is far too long',
  415: 'The body is not JSON, or is compressed',
  416: 'The range lies beyond the end',
  417: 'It expects something else than 100-continue',
  429: 'Over the rate limit; Retry-After says when to come back',
  431: 'The address and the headers are too long',
  500: 'A defect here; the log has more',
  503: 'Overloaded or not available; Retry-After says when to come back',
  504: 'It took longer than the deadline',
};

export function openapiInfo(version: string): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Rehearsal', description: 'A music-streaming backend to rehearse outages with.', version },
    components: {
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: {
            clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPES },
            authorizationCode: {
              authorizationUrl: '/oauth/auth',
              tokenUrl: '/oauth/token',
              scopes: Object.fromEntries(LISTENER_SCOPES.map((scope) => [scope, SCOPES[scope]])),
            },
          },
        },
      },
    },
  };
}

/** Of each of these an answer as a problem (RFC 9457). */
export function problemResponses(codes: readonly number[]): Record<number, object> {
  const content = { [PROBLEM_JSON]: { schema: problemSchema } };
  return Object.fromEntries(codes.map((code) => [code, { description: PROBLEMS[code], content }]));
}

const EVERYWHERE = [400, 401, 403, 404, 409, 414, 417, 429, 431, 500, 503, 504];
/** A body that nobody asked for is looked at, too. */
const OF_BODIES = [413, 415];

const LOCATION = { schema: { type: 'string', format: 'uri-reference' }, description: 'Where it is' };

/** The route's own answer, and every problem that it can end in. */
export function responsesOf(route: Route): Record<number, object> {
  const { method, status, answer, summary, metadata, location, conflict } = route;
  const problems = problemResponses(method === 'GET' ? EVERYWHERE : [...EVERYWHERE, ...OF_BODIES]);
  if (conflict !== undefined) problems[409] = { ...problems[409], description: conflict };
  const success =
    answer === null
      ? { description: summary, type: 'null' }
      : {
          description: summary,
          content: { 'application/json': { schema: answer } },
          ...(location === undefined ? {} : { headers: { Location: LOCATION } }),
        };
  const unchanged = { description: 'What the client has is what there is', type: 'null' };
  const answers: Record<number, object> = { [status]: success, ...problems };
  return metadata === undefined ? answers : { ...answers, 304: unchanged };
}
