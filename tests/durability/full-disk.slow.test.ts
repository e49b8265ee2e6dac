/** A server whose journal cannot be written any more says so, acknowledges nothing, and goes on answering what it can. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Client, type Served, serve } from './served.ts';

const directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
const LISTENER = 'u000000500';
let running: Served | null = null;

afterAll(async () => {
  await running?.kill();
  rmSync(directory, { recursive: true });
});

const data = join(directory, 'data');
const play = (playId: number) => ({ playId, trackId: 't1', listenedMs: 1, skipped: false });

// Windows has no such limit.
test.skipIf(process.platform === 'win32')(
  'when nothing more can be written, writes are refused, reads go on, and what was acknowledged is there afterwards',
  async () => {
    running = await serve(data, { largestFileKiB: 1_200 });
    const { url, said } = running;
    const client = new Client(url);
    const acknowledged: number[] = [];
    let refusals = 0;
    for (let i = 0; refusals < 30; i++) {
      const answer = await client.ask(LISTENER, 202, 'POST', '/v1/plays', play(i));
      if (answer === null) refusals++;
      else acknowledged.push(i);
    }
    expect(acknowledged.length).toBeGreaterThan(50);
    // Not one more, once it has been said.
    expect(Math.max(...acknowledged)).toBe(acknowledged.length - 1);
    expect(said()).toMatch(/^rehearse: The journal in '.*' cannot be .*\n/m);
    expect(said().match(/The journal in '.*' cannot be/g)).toHaveLength(1);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(((await ready.json()) as { detail: string }).detail).toContain('its journal');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const token = await client.token(LISTENER);
    const refused = await fetch(`${url}/v1/plays`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(play(1_000_000)),
    });
    expect(refused.status).toBe(503);
    const problem = await refused.text();
    expect(problem).not.toContain(directory);
    expect(await client.find(LISTENER, '/v1/playlists/p1')).not.toBeNull();
    expect(await running.stop()).toBe(0);

    running = await serve(data);
    const after = new Client(running.url);
    const untilMs = performance.now() + 20_000;
    for (;;) {
      const path = '/v1/me/history?limit=200';
      const { plays } = (await after.find<{ plays: { playId: number }[] }>(LISTENER, path))!;
      const found = new Set(plays.map(({ playId }) => playId));
      const lost = acknowledged.slice(-200).filter((id) => !found.has(id));
      if (lost.length === 0) break;
      if (performance.now() > untilMs) throw new Error(`lost: ${lost.join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await after.ask(LISTENER, 202, 'POST', '/v1/plays', play(1_000_001))).not.toBeNull();
  },
  120_000,
);
