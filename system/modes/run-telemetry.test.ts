import { expect, test, vi } from 'vitest';
import { listenerId, playlistId, trackId } from '../../fixtures/ids.ts';
import type { MetricFamily, Telemetry } from '../observability/index.ts';
import { isFault, PortError } from '../ports/errors.ts';
import { drive } from '../runtime/drive.ts';
import { CallContext, ProcessLife, RequestTrace } from '../runtime/kernel/index.ts';
import { createEmbeddedSystem } from './embedded.ts';
import { recordTelemetry } from './run-telemetry.ts';
import { createSimulatedSystem } from './simulated.ts';
import { configuration, plainSystem } from './test-observed.ts';

vi.setConfig({ testTimeout: 60_000 });

const LISTENER = 42;
const TOKEN = { subject: listenerId(LISTENER), expiresAtNs: 1e18, keyId: 0, signature: 0 };

interface Ask {
  playlist(id: string): Promise<unknown>;
  addTrack(playlist: string, track: string): Promise<unknown>;
  follow(playlist: string): Promise<unknown>;
  search(text: string): Promise<unknown>;
  play(playId: number, track: number): Promise<unknown>;
}

/** The same requests, whoever serves them; what fails, fails. */
async function askAll(ask: Ask): Promise<void> {
  const settled = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof PortError) || isFault(error.kind)) throw error;
    });
  await settled(ask.playlist(playlistId(3)));
  await settled(ask.playlist('never-made'));
  await settled(ask.addTrack(playlistId(3), trackId(9)));
  await settled(ask.addTrack(playlistId(3), 'never-made'));
  await settled(ask.follow(playlistId(4)));
  await settled(ask.search('la'));
  for (let i = 0; i < 5; i++) await settled(ask.play(i, i));
}

async function simulated(set: Readonly<Record<string, unknown>> = {}) {
  const system = await createSimulatedSystem({
    ...plainSystem,
    configuration: configuration(set),
    telemetry: { sampling: 1 },
  });
  const recorded = recordTelemetry(system.telemetry!, system.simulation);
  const { simulation, clients } = system;
  const life = new ProcessLife('clients');
  let requests = 0;
  const context = () => new CallContext(requests++, life, new RequestTrace(system.hops.map(() => 0)));
  const done = askAll({
    playlist: (id) => clients.openPlaylist(context(), LISTENER, id, 0),
    addTrack: (playlist, track) => clients.addTrack(context(), LISTENER, playlist, track),
    follow: (playlist) => clients.follow(context(), LISTENER, playlist),
    search: (text) => clients.search(context(), LISTENER, text),
    play: (playId, track) => clients.play(context(), playId, LISTENER, track, false, 30_000),
  });
  await drive(simulation, { untilNs: 30e9 });
  await done;
  return { telemetry: system.telemetry!, recorded };
}

async function embedded(): Promise<Telemetry> {
  const system = createEmbeddedSystem({
    ...plainSystem,
    telemetry: { sampling: 1 },
    onFault: (error) => {
      throw error;
    },
  });
  const { gateway } = system.api;
  const call = <T>(work: (context: CallContext) => Promise<T>) =>
    system.enter(async () => {
      const context = system.context({ correlationId: 'test' });
      try {
        return await work(context as CallContext);
      } finally {
        context.close();
      }
    });
  const token = TOKEN;
  await askAll({
    playlist: (id) =>
      call((context) =>
        gateway.getPlaylist(context, { token, playlistId: id, followersLimit: 0, minimumSnapshot: 0 }),
      ),
    addTrack: (playlist, track) =>
      call((context) => gateway.addTrack(context, { token, playlistId: playlist, trackId: track })),
    follow: (playlist) => call((context) => gateway.follow(context, { token, playlistId: playlist })),
    search: (text) => call((context) => gateway.search(context, { token, text, kind: 'track', size: 20 })),
    play: (playId, track) =>
      call((context) =>
        gateway.recordPlay(context, {
          token,
          playId,
          trackId: trackId(track),
          listenedMs: 30_000,
          skipped: false,
          playedAtNs: 0,
        }),
      ),
  });
  await system.stop();
  return system.telemetry!;
}

/** The calls counted, by service and operation; tokens are checked by the transport in one mode, by a service in the other. */
function countsOf(families: readonly MetricFamily[], name: string): Record<string, number> {
  const { samples } = families.find((one) => one.name === `rehearsal_${name}`)!;
  return Object.fromEntries(
    samples
      .filter(({ labels }) => labels.service !== 'identity')
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

test('the same requests give the same metrics by name, and the same counts, in virtual time and live', async () => {
  const { telemetry } = await simulated();
  const virtual = telemetry.families();
  const live = (await embedded()).families();
  const names = (families: readonly MetricFamily[]) =>
    families.map(({ name, type }) => `${type} ${name}`).sort();
  const isEngines = (name: string) => / rehearsal_(engine|edge|s3|redis)_/.test(name);
  const without = (all: readonly string[]) => all.filter((name) => !isEngines(name));
  expect(without(names(virtual))).toEqual(without(names(live)));
  // The live system may have engines that virtual time has no part for.
  expect(names(live)).toEqual(expect.arrayContaining(names(virtual).filter(isEngines)));
  expect(names(virtual).filter(isEngines).length).toBeGreaterThan(3);
  for (const name of ['service_requests_total', 'service_errors_total'])
    expect(countsOf(virtual, name)).toEqual(countsOf(live, name));
  const errors = countsOf(virtual, 'service_errors_total');
  expect(errors).toMatchObject({ 'gateway getPlaylist not-found': 1 });
});

test('where streams are on, a run shows how far they are', async () => {
  const { recorded } = await simulated({ 'listening.streams': 'on', 'listening.playPartitions': 3 });
  const { metrics } = recorded();
  const values = (name: string, labels: string) =>
    [...metrics.matchAll(new RegExp(`^rehearsal_${name}\\{${labels}\\} (\\S+) `, 'gm'))].map((found) =>
      Number(found[1]),
    );
  const partition = 'stage="session-state",partition="\\d"';
  expect(values('stream_next_offset', partition).reduce((sum, offset) => sum + offset, 0)).toBe(5);
  expect(values('stream_windows', partition).reduce((sum, count) => sum + count, 0)).toBe(1);
  // Half a minute after time began there is no watermark yet: it is farther behind what was seen than that.
  expect(metrics).toContain('# TYPE rehearsal_stream_watermark_lag_seconds gauge');
  expect(values('stream_watermark_lag_seconds', partition)).toEqual([]);
  expect(values('stream_records_left_out_total', `${partition},reason="late"`)).toContain(0);
});

test('a run leaves its metrics with the virtual time of its end, and its traces as OTLP', async () => {
  const { recorded } = await simulated();
  const { metrics, traces } = recorded();
  const samples = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(samples.length).toBeGreaterThan(100);
  for (const line of samples) expect(line).toMatch(/ 30000$/);
  const operations = new Set<string>();
  for (const line of traces.trimEnd().split('\n')) {
    const { resourceSpans } = JSON.parse(line) as {
      resourceSpans: {
        scopeSpans: { spans: { name: string; traceId: string; parentSpanId?: string }[] }[];
      }[];
    };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
    for (const { name } of spans) operations.add(name);
  }
  expect(operations).toContain('gateway.addTrack');
  expect(operations).toContain('playlist.addTrack');
  expect(operations).toContain('catalogue.getTrack');
});

test('the same run leaves the same telemetry', async () => {
  const [one, other] = [(await simulated()).recorded(), (await simulated()).recorded()];
  expect(one).toEqual(other);
});

test('where plays fetch their audio, a run shows what serves it as it does every service', async () => {
  const { recorded } = await simulated({ 'audio.plays': 'on' });
  const { metrics, traces } = recorded();
  const shows = (sample: string) => new RegExp(`^rehearsal_${sample} `, 'm').test(metrics);
  // Some of the five plays take their audio from the app's cache.
  expect(shows('service_requests_total{service="delivery",operation="authorise"} [1-5]')).toBe(true);
  for (const component of ['delivery', 'edge', 's3'])
    expect([component, shows(`node_up{component="${component}",node="[^"]+"} 1`)]).toEqual([component, true]);
  expect(traces).toContain('"name":"delivery.authorise"');
});
