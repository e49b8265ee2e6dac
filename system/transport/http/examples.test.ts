import { expect, test } from 'vitest';
import { sharedTestServer } from './test-server.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface BodySchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly examples?: readonly unknown[] }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: BodySchema }>> };
}

const shared = sharedTestServer();

/** What cannot be tried by what the document shows: its own playlist, a URL that is signed. */
const WITHOUT = ['deletePlaylist', 'getAudio', 'getLiveMaster', 'getLivePlaylist', 'getLiveSegment'];

const exampleOf = ({ example, examples }: Parameter) => example ?? Object.values(examples ?? {})[0]?.value;

function urlOf(path: string, parameters: readonly Parameter[]): string {
  const wanted = parameters.filter((one) => one.in === 'path' || one.required === true);
  const query = new URLSearchParams();
  let url = path;
  for (const parameter of wanted) {
    const value = exampleOf(parameter);
    expect(value, `${path}: ${parameter.name} has no example`).toBeDefined();
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, String(value));
    else query.set(parameter.name, String(value));
  }
  return query.size === 0 ? url : `${url}?${query}`;
}

/** Flags are their own examples: false. */
const bodyOf = ({ required, properties }: BodySchema) =>
  Object.fromEntries(required.map((name) => [name, properties[name]!.examples?.[0] ?? false]));

test('every operation does what it is for with the examples that the document gives', async () => {
  const { body } = await shared.ask('/openapi.json');
  const { paths } = body as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  );
  const run = async (name: string) => {
    const {
      path,
      method,
      parameters = [],
      requestBody,
    } = operations.find((one) => one.operationId === name)!;
    const schema = requestBody?.content['application/json']?.schema;
    const answer = await shared.ask(urlOf(path, parameters), {
      method: method as 'GET',
      ...(schema === undefined ? {} : { body: bodyOf(schema) }),
    });
    expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  };
  // In the document's order: what a label delivers belongs to what it delivered before.
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toEqual(expect.arrayContaining(WITHOUT));
  for (const name of names.filter((one) => !WITHOUT.includes(one))) {
    // They name the track that was just put at the top.
    if (name === 'removeTrack' || name === 'moveTrack') await run('addTrack');
    await run(name);
  }
});
