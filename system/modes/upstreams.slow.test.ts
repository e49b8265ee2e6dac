/** A service in another process is of the same population, or nobody gets an answer that mixes two. */
import { createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { type LiveService, type LiveServiceOptions, startLiveService } from './live-service.ts';
import { closedAfterEach, plainSystem, startObserved } from './test-observed.ts';

// Each starts systems, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

async function serve(given: Partial<LiveServiceOptions> = {}): Promise<LiveService> {
  const live = await startLiveService({
    ...plainSystem,
    service: 'playlist',
    port: 0,
    upstreams: {},
    tls: null,
    onFault: (error) => {
      throw error;
    },
    onDefect: () => {},
    ...given,
  });
  closing.push(() => live.close());
  return live;
}

const portOf = ({ address }: LiveService) => Number(address.split(':')[1]);

/** What a gateway says, and how it ends, that is refused these upstreams. */
const refusal = (upstreams: Readonly<Record<string, string>>) =>
  startObserved({}, { upstreams }).then(
    async ({ live }) => {
      await live.close();
      return 'it starts';
    },
    ({ message, exitCode }: { message: string; exitCode?: number }) => ({ message, exitCode }),
  );

test('an upstream of another seed or population is refused at the start, in one sentence', async () => {
  const { address } = await serve({ seed: 2 });
  expect(await refusal({ playlist: address })).toEqual({
    message: `--upstream playlist=${address} serves another population (--seed 2 --listeners 10000) than this process (--seed 1 --listeners 10000): start both with the same.`,
    exitCode: 2,
  });
  const larger = await serve({ listeners: 20_000 });
  expect(await refusal({ playlist: larger.address })).toMatchObject({
    message: expect.stringContaining('--seed 1 --listeners 20000'),
    exitCode: 2,
  });
});

test('so is the address of another service, and a service refuses its own upstreams so', async () => {
  const { address } = await serve({ service: 'search' });
  expect(await refusal({ playlist: address })).toEqual({
    message: `--upstream playlist=${address} is the service search: name it --upstream search=${address}, or give the address of playlist.`,
    exitCode: 2,
  });
  await expect(serve({ upstreams: { catalogue: address } })).rejects.toMatchObject({ exitCode: 2 });
});

test('one that is not there yet, or says nothing, keeps nobody from starting', async () => {
  const taken: Socket[] = [];
  const silent = createServer((socket) => taken.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of taken) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
  const { port } = silent.address() as { port: number };
  expect(await refusal({ playlist: '127.0.0.1:1', search: `127.0.0.1:${port}` })).toBe('it starts');
});

test('one that comes back as another population answers nobody, and says why', async () => {
  const first = await serve();
  const { live, ask } = await startObserved({}, { upstreams: { playlist: first.address } });
  closing.push(() => live.close());
  expect((await ask('/v1/playlists/p1')).status).toBe(200);
  const port = portOf(first);
  await first.close();
  await serve({ seed: 2, port });
  await vi.waitFor(
    async () => {
      const answer = await ask('/v1/playlists/p1');
      expect(answer.status).toBe(503);
      expect(((await answer.json()) as { detail: string }).detail).toContain(
        'a service behind serves another population',
      );
    },
    // gRPC connects anew after a second at first.
    { timeout: 20_000, interval: 200 },
  );
});
