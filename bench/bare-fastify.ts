/** The least that Fastify does for an answer: one route that returns what it was given on standard input, validated by the same kind of schema. */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const { path, schema, body } = JSON.parse(readFileSync(0, 'utf8')) as {
  path: string;
  schema: object;
  body: object;
};
const server = Fastify({ logger: false });
server.get(path, { schema: { response: { 200: schema } } }, async () => body);
await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as { port: number };
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: process.pid })}\n`);
