import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AuthorizationServer, WELL_KNOWN } from './authorization-server.ts';

/**
 * Puts an authorization server into a Fastify server that is not listening yet. The hooks of that server run (correlation
 * ids, …), its body parsers do not: the authorization server reads its bodies itself.
 */
export async function mountAuthorizationServer(
  server: FastifyInstance,
  authorization: AuthorizationServer,
): Promise<void> {
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    return authorization.handler(request.raw, reply.raw);
  };
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    const paths = WELL_KNOWN.flatMap((path) => [path, `${path}${authorization.prefix}`]);
    // Kept out of the OpenAPI document: the discovery document describes them.
    for (const url of [`${authorization.prefix}/*`, ...new Set(paths)])
      scope.all(url, { schema: { hide: true } }, answer);
  });
}
