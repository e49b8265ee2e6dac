import { expect, test } from 'vitest';
import { LIVE_DEFAULTS } from '../../modes/live-defaults.ts';
import { askServer, startTestServer } from './test-server.ts';

test('a live playlist has a limit; an addition beyond it is a conflict that names it, as the document says', async () => {
  expect(LIVE_DEFAULTS['playlist.tracksMax']).toBe(10_000);
  const live = await startTestServer({}, { 'playlist.tracksMax': 3 });
  const create = { method: 'POST', body: { name: 'Short' } } as const;
  const { body: created } = await askServer(live, '/v1/playlists', create);
  const url = `/v1/playlists/${created!.playlistId}/tracks`;
  const add = (body: object) => askServer(live, url, { method: 'POST', body });
  for (const trackId of ['t1', 't2', 't3']) expect((await add({ trackId })).status).toBe(201);
  const { status, body } = await add({ trackId: 't4' });
  expect([status, body!.detail]).toEqual([409, expect.stringContaining('may have 3 at most')]);
  expect((await add({ trackId: 't4', position: 1 })).status).toBe(409);
  const document = await askServer(live, '/openapi.json');
  const { responses } = (document.body as unknown as Document).paths['/v1/playlists/{playlistId}/tracks']!
    .post!;
  expect(responses[409]!.description).toContain('playlist.tracksMax');
  await live.close();
  expect(live.defects).toEqual([]);
});

interface Document {
  readonly paths: Record<
    string,
    { readonly post?: { readonly responses: Record<number, { description: string }> } }
  >;
}
