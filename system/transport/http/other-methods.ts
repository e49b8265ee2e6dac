/** What is known under another method answers 405 and says which there are, as RFC 9110 asks. */
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { problem, sendProblem } from './problem.ts';

interface Known {
  readonly url: string;
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * To be called before any route is added; gives the hook that refuses. Asked of the path, since routers know what they were
 * told and nothing of methods like PROPFIND. Before anything else of the request is looked at: its body is nobody's business.
 */
export function refuseOtherMethods(server: FastifyInstance): onRequestHookHandler {
  const known = new Map<string, Known>();
  server.addHook('onRoute', ({ url, method }) => {
    // Everything below a prefix is no place that one could know.
    if (url.endsWith('*')) return;
    const route = known.get(url) ?? { url, pattern: patternOf(url), methods: new Set() };
    known.set(url, route);
    for (const one of [method].flat()) route.methods.add(one);
    // Fastify answers HEAD where there is a GET.
    if (route.methods.has('GET')) route.methods.add('HEAD');
  });
  return (request, reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const path = request.url.split('?', 1)[0]!;
    for (const { url, pattern, methods } of known.values()) {
      if (!pattern.test(path)) continue;
      const allowed = [...methods].join(', ');
      reply.header('allow', allowed);
      sendProblem(reply, problem(405, `${url} takes ${allowed}.`, request.id));
      return;
    }
    done();
  };
}

/** '/v1/tracks/:trackId' */
const patternOf = (url: string) => {
  const segments = url.split('/').map((segment) => {
    const [, name = '', rest] = /^(:\w+)?(.*)$/.exec(segment)!;
    return (name === '' ? '' : '[^/]+') + rest!.replaceAll(/[^\w-]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
};
