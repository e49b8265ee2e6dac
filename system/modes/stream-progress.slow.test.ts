/** How far stream jobs are, in the metrics of a live system: until there is something to see, seconds of real time pass. */
import { afterEach, expect, test, vi } from 'vitest';
import { configuration, startObserved } from './test-observed.ts';

let closing = async () => {};

afterEach(() => closing());

test('where streams are on, how far they are shows by stage and partition', async () => {
  const { ask, token, live } = await startObserved(
    {},
    { configuration: configuration({ 'listening.streams': 'on', 'listening.streamIntervalMs': 100 }) },
  );
  closing = () => live.close();
  const metrics = () => ask('/metrics', { token: null }).then((answer) => answer.text());
  const played = await ask('/v1/plays', {
    token: await token('plays:write'),
    method: 'POST',
    body: JSON.stringify({ playId: 1, trackId: 't1', listenedMs: 31_000, skipped: false }),
  });
  expect(played.status).toBe(202);
  await vi.waitFor(
    async () => {
      const text = await metrics();
      expect(text).toMatch(/^rehearsal_stream_next_offset\{stage="session-state",partition="\d+"\} 1$/m);
      expect(text).toMatch(/^rehearsal_stream_windows\{stage="session-state",partition="\d+"\} 1$/m);
    },
    { timeout: 30_000, interval: 200 },
  );
  expect(await metrics()).toMatch(
    /^rehearsal_engine_lag_records\{gauge="stream-session-state lag on plays"\} 0$/m,
  );
});
