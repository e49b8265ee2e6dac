/** Audio over HTTP as it is served: the real delivery, edge and store along the wall clock, behind a real socket. */

import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { createPopulation } from '../../../fixtures/index.ts';
import { audioConfiguration } from '../../modes/delivery-knobs.ts';
import { createEnvironment } from '../../modes/environment.ts';
import { createLiveAudio, type LiveAudio } from '../../modes/live-audio.ts';
import { CallContext, ProcessLife } from '../../runtime/kernel/index.ts';
import { RealTime } from '../../runtime/real-time.ts';
import { answerErrors } from '../http/answer-errors.ts';
import { audioRoutes } from './index.ts';

export interface AudioServer {
  readonly url: string;
  readonly audio: LiveAudio;
  readonly server: FastifyInstance;
  readonly defects: unknown[];
  /** The signed URL of a track for a listener (default: u000000001), with the host. */
  track(id: string, listenerId?: string): Promise<string>;
  event(id: string): Promise<string>;
  context(): CallContext;
  close(): Promise<void>;
}

export const ALLOWED_ORIGIN = 'https://open.rehearsal.example';

export async function startAudioServer(
  options: { costs?: boolean; knobs?: Readonly<Record<string, unknown>>; stallMs?: number } = {},
): Promise<AudioServer> {
  const { costs = false, knobs = {}, stallMs } = options;
  const environment = createEnvironment(1, costs);
  const { simulation } = environment;
  const defects: unknown[] = [];
  const realTime = new RealTime(simulation, { onFault: (error) => defects.push(error) });
  const life = new ProcessLife('clients');
  let requests = 0;
  const context = () => new CallContext(requests++, life);
  const audio = createLiveAudio({
    environment,
    configuration: audioConfiguration(knobs),
    population: createPopulation({ seed: 1, listeners: 1_000, tracks: 10_000 }),
    liveEvents: [
      // On the air since before the system was started, and over since then.
      { id: 'concert', startNs: -60e9, endNs: null },
      { id: 'recital', startNs: -60e9, endNs: -10e9 },
      { id: 'tomorrow', startNs: 86_400e9, endNs: null },
    ],
    allowedOrigins: [ALLOWED_ORIGIN],
    outside: environment.createMachine('clients'),
    enter: (work) => realTime.enter(work),
    context,
    now: () => realTime.wallNs,
    call: (of, _who, _operation, work) => work(of),
    startedAtMs: Date.now(),
  });
  const server = Fastify({ logger: false });
  answerErrors(server, (error) => defects.push(error));
  await server.register(audioRoutes, {
    ...audio.routes,
    ...(stallMs === undefined ? {} : { stallMs }),
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const asked = (id: string, listenerId = 'u000000001') => ({ listenerId, id, bandwidthKbps: 0 });
  return {
    url,
    audio,
    server,
    defects,
    context,
    track: async (id, listener) => url + (await audio.track(context(), asked(id, listener))).url,
    event: async (id) => url + (await audio.event(context(), asked(id))).url,
    async close() {
      // What a test has not read of a track holds its connection, until a collector comes by.
      server.server.closeAllConnections();
      await server.close();
      realTime.stop();
    },
  };
}
