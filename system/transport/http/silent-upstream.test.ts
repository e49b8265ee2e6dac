/** A service in another process that takes every call and answers none, as one that was stopped does. */
import { expect, test } from 'vitest';
import type { OutsideWaits } from '../../modes/embedded.ts';
import type { Elsewhere } from '../../modes/services.ts';
import type { Context } from '../../ports/context.ts';
import { askServer, published, startTestServer } from './test-server.ts';

const silent = ({ wait }: OutsideWaits): Elsewhere => ({
  catalogue: new Proxy(
    {},
    {
      get: (_, method) => (context: Context) => wait(context, `catalogue.${String(method)}`, () => () => {}),
    },
  ) as NonNullable<Elsewhere['catalogue']>,
});

const track = published('fresh');

test('nobody waits for a silent catalogue beyond the deadline, whatever they ask, and the server closes', async () => {
  const server = await startTestServer({}, { 'gateway.deadlineMs': 100 }, { elsewhere: silent });
  for (const [url, request] of [
    ['/v1/tracks/t3', {}],
    ['/v1/tracks', { method: 'POST', body: track }],
    ['/v1/tracks/t3/audio', { method: 'POST', body: { contentId: 'a'.repeat(32) } }],
    ['/v1/tracks/t3/lyrics', { method: 'PUT', body: { language: 'en', text: 'La' } }],
    ['/v1/artists', { method: 'POST', body: { artistId: 'a1', name: 'Nobody' } }],
    ['/v1/episodes/e1-1/audio', { method: 'POST', body: { contentId: 'a'.repeat(32) } }],
    ['/v1/tracks/t3/stream', {}],
    ['/v1/episodes/e1-1/stream', {}],
  ] as const) {
    const { status, headers, body } = await askServer(server, url, request);
    expect(status, url).toBe(504);
    expect(headers['content-type']).toMatch('application/problem+json');
    expect(body, url).toMatchObject({ type: 'urn:rehearsal:problem:deadline-exceeded' });
  }
  await server.close();
  expect(server.defects).toEqual([]);
}, 10_000);
