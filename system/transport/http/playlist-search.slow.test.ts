import { expect, test } from 'vitest';
import { askServer, startTestServer } from './test-server.ts';

test('a playlist is found by its name from soon after it was made until it is private, renamed or deleted', async () => {
  const live = await startTestServer();
  const ask = (url: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET', body?: object) =>
    askServer(live, url, { method, body });
  const find = (name: string) => async () => {
    const { body } = await ask(`/v1/search?q=${name}&type=playlist`);
    return (body!.hits as { id: string; title: string; trackId: string }[])
      .filter(({ trackId }) => trackId === '')
      .map(({ id, title }) => [id, title]);
  };
  const soon = { timeout: 30_000 };
  const { body } = await ask('/v1/playlists', 'POST', { name: 'Zanzibar nights' });
  const id = body!.playlistId as string;
  await expect.poll(find('zanzibar'), soon).toEqual([[id, 'Zanzibar nights']]);
  const suggested = await ask('/v1/search/suggestions?q=zanz&type=playlist');
  expect(suggested.body!.suggestions).toEqual([
    { kind: 'playlist', id, title: 'Zanzibar nights', artistName: '' },
  ]);
  await ask(`/v1/playlists/${id}/name`, 'PUT', { name: 'Quito mornings' });
  await expect.poll(find('quito'), soon).toEqual([[id, 'Quito mornings']]);
  expect(await find('zanzibar')()).toEqual([]);
  await ask(`/v1/playlists/${id}/flags`, 'PUT', { isPrivate: true, isCollaborative: false });
  await expect.poll(find('quito'), soon).toEqual([]);
  await ask(`/v1/playlists/${id}/flags`, 'PUT', { isPrivate: false, isCollaborative: false });
  await expect.poll(find('quito'), soon).toEqual([[id, 'Quito mornings']]);
  await ask(`/v1/playlists/${id}`, 'DELETE');
  await expect.poll(find('quito'), soon).toEqual([]);
  await live.close();
  expect(live.defects).toEqual([]);
});

test('the most read playlists of the population are found by their names', async () => {
  const live = await startTestServer();
  const { body } = await askServer(live, '/v1/playlists/p42');
  const words = encodeURIComponent(body!.name as string);
  const found = await askServer(live, `/v1/search?q=${words}&type=playlist&limit=50`);
  const hits = found.body!.hits as { id: string; title: string }[];
  expect(hits.length).toBeGreaterThan(0);
  for (const { id, title } of hits) {
    const playlist = await askServer(live, `/v1/playlists/${id}`);
    expect([playlist.status, playlist.body!.name]).toEqual([200, title]);
  }
  await live.close();
});
