import { type AddressInfo, createServer } from 'node:net';
import { Client } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { type IdentityApi, identityService } from '../../contracts/generated/identity.ts';
import { type ListeningApi, listeningService } from '../../contracts/generated/listening.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import { CallContext, ProcessLife, Simulation, untraced } from '../../runtime/kernel/index.ts';
import { RealTime } from '../../runtime/real-time.ts';
import { createCertificates } from '../certificates/index.ts';
import {
  clientCredentials,
  createGrpcClient,
  createGrpcServer,
  type GrpcClientOptions,
  type Incoming,
  type MutualTls,
  serverCredentials,
} from './index.ts';

const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const request = { listenerId: 'löve' };
const answer = { token: { subject: 'Ä', expiresAtNs: 2 ** 52, keyId: 1, signature: 2 ** 31 } };

type Serve = (context: Context, incoming: Incoming) => ReturnType<IdentityApi['issueToken']>;

/** A server of the contract that does as `serve` says, on a clock of its own. */
async function startServer(
  serve: Serve,
  tls: MutualTls | null = null,
  epochMs?: number,
  add: (server: ReturnType<typeof createGrpcServer>) => void = () => {},
) {
  const defects: unknown[] = [];
  const simulation = new Simulation({ seed: 1 });
  const realTime = new RealTime(simulation, { onFault: (error) => defects.push(error) });
  const life = new ProcessLife('server');
  let incoming: Incoming | null = null;
  const server = createGrpcServer({
    enter: (work) => realTime.enter(work),
    context(given) {
      incoming = given;
      return new CallContext(given.request ?? 0, life, untraced, simulation.nowNs + given.remainingMs * 1e6);
    },
    credentials: serverCredentials(tls),
    ...(epochMs === undefined ? {} : { epochMs }),
    onDefect: (error) => defects.push(error),
  });
  const api = { issueToken: (context: Context) => serve(context, incoming!) };
  server.add(identityService, api as unknown as IdentityApi);
  add(server);
  const port = await server.listen('127.0.0.1:0');
  closing.push(async () => {
    await server.close(100);
    realTime.stop();
  });
  return { address: `127.0.0.1:${port}`, defects, simulation };
}

/** A client in a system of its own. */
function connect(address: string, tls: MutualTls | null = null, epochMs?: number) {
  const simulation = new Simulation({ seed: 2 });
  const realTime = new RealTime(simulation, { onFault: () => {} });
  const options: GrpcClientOptions = {
    address,
    credentials: clientCredentials(tls),
    clock: simulation,
    ...(epochMs === undefined ? {} : { epochMs }),
    wait(context, operation, begin) {
      const call = simulation.open<never>(context, operation);
      call.onCancel = begin((error, value) => {
        realTime
          .enter(async () => (error === null ? call.resolve(value as never) : call.reject(error)))
          .catch(() => {});
      });
      return call.promise;
    },
  };
  const client = createGrpcClient<IdentityApi>(identityService, options);
  const listening = createGrpcClient<ListeningApi>(listeningService, options);
  closing.push(() => {
    client.close();
    listening.close();
    realTime.stop();
  });
  const life = new ProcessLife('client');
  const ask = (options: { deadlineMs?: number; correlationId?: string; cancelAfterMs?: number } = {}) =>
    realTime.enter(async () => {
      const { deadlineMs = 5_000, correlationId, cancelAfterMs } = options;
      const trace = correlationId === undefined ? untraced : { ...untraced, correlationId };
      const context = new CallContext(7, life, trace, simulation.nowNs + deadlineMs * 1e6, 2);
      if (cancelAfterMs !== undefined)
        simulation.after(cancelAfterMs * 1e6, () =>
          context.cancel(new PortError('cancelled', 'test', false, 'gave up')),
        );
      return client.api.issueToken(context, request);
    });
  const call = <T>(work: (api: ListeningApi, context: Context) => Promise<T>) =>
    realTime.enter(() => work(listening.api, new CallContext(8, life, untraced)));
  return { ask, call, simulation };
}

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: PortError) => error,
  );

test('a message arrives as it was sent, with the request’s number, try and correlation id', async () => {
  const seen: unknown[] = [];
  const { address } = await startServer(async (_context, incoming) => {
    seen.push(incoming);
    return answer;
  });
  const { ask } = connect(address);
  expect(await ask({ correlationId: 'abc' })).toEqual(answer);
  expect(seen).toMatchObject([{ correlationId: 'abc', request: 7, attempt: 2 }]);
});

test('an error keeps its kind, its outcome, its reason and when to come back', async () => {
  const thrown = new PortError('rate-limited', 'identity.issueToken', true, 'ümlaut\nand more', 250);
  const { address, defects } = await startServer(() => Promise.reject(thrown));
  const error = (await outcome(connect(address).ask())) as PortError;
  expect(error).toBeInstanceOf(PortError);
  expect({ ...error, message: error.message }).toEqual({ ...thrown, message: thrown.message });
  expect(defects).toEqual([]);
});

test('a defect over there is internal here, without its text, and is reported there', async () => {
  const { address, defects } = await startServer(() => Promise.reject(new TypeError('secret')));
  const error = (await outcome(connect(address).ask())) as PortError;
  expect(error).toMatchObject({ kind: 'internal', definite: false });
  expect(error.message).not.toContain('secret');
  expect((defects[0] as Error).message).toBe('secret');
});

test('a deadline travels: the server knows it, and work beyond it is stopped there', async () => {
  let remainingMs = 0;
  const stopped = Promise.withResolvers<string>();
  const server = await startServer(async (context, incoming) => {
    remainingMs = incoming.remainingMs;
    await server.simulation.sleep(context, 60e9).catch((error: PortError) => {
      stopped.resolve(error.kind);
      throw error;
    });
    return answer;
  });
  const error = (await outcome(connect(server.address).ask({ deadlineMs: 150 }))) as PortError;
  expect(error).toMatchObject({ kind: 'deadline-exceeded', definite: false });
  expect(remainingMs).toBeGreaterThan(0);
  expect(remainingMs).toBeLessThanOrEqual(150);
  expect(await stopped.promise).toBe('cancelled');
});

test('who gives up stops the work over there', async () => {
  const stopped = Promise.withResolvers<string>();
  const server = await startServer(async (context) => {
    await server.simulation.sleep(context, 60e9).catch((error: PortError) => {
      stopped.resolve(error.kind);
      throw error;
    });
    return answer;
  });
  const error = (await outcome(connect(server.address).ask({ cancelAfterMs: 50 }))) as PortError;
  expect(error.kind).toBe('cancelled');
  expect(await stopped.promise).toBe('cancelled');
});

test('a service that is not there is unavailable: nothing was done, and where it should be is not said', async () => {
  const { address } = await startServer(async () => answer);
  await closing.pop()!();
  const error = (await outcome(connect(address).ask())) as PortError;
  expect(error).toMatchObject({ kind: 'unavailable', definite: true });
  expect(error.message).toBe('identity.issueToken: unavailable: a service behind cannot be reached');
  expect((error.cause as Error).message).toContain(address);
});

test('another service behind the address is unavailable, and never a mistake of the caller', async () => {
  const { address } = await startServer(async () => answer);
  const other = connect(address).call((api, context) =>
    api.getHistory(context, { listenerId: 'l', limit: 1 }),
  );
  const error = (await outcome(other)) as PortError;
  expect(error).toMatchObject({ kind: 'unavailable', definite: true });
  expect(error.message).toBe(
    'listening.getHistory: unavailable: a service behind does not know this call: another one has its address',
  );
  expect((error.cause as Error).message).toContain(address);
});

test('a connection that breaks during a call leaves open whether it was done', async () => {
  const breaking = createServer((socket) => {
    // The settings that HTTP/2 begins with, then nothing, until the call is here.
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    socket.on('data', (data) => {
      if (data.includes(request.listenerId)) socket.destroy();
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
  closing.push(() => void breaking.close());
  const address = `127.0.0.1:${(breaking.address() as AddressInfo).port}`;
  const error = (await outcome(connect(address).ask())) as PortError;
  expect(error).toMatchObject({ kind: 'unavailable', definite: false });
  expect(error.message).not.toContain('127.0.0.1');
});

test('bytes that are no message are refused, and the next call is served', async () => {
  const { address, defects } = await startServer(async () => answer);
  const raw = new Client(address, clientCredentials(null));
  closing.push(() => raw.close());
  const code = await new Promise((resolve) =>
    raw.makeUnaryRequest(
      '/rehearsal.identity.Identity/IssueToken',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      Buffer.from([0x0a, 0xff, 0xff, 0xff]),
      (error) => resolve(error?.code),
    ),
  );
  expect(code).toBeTypeOf('number');
  expect(await connect(address).ask()).toEqual(answer);
  expect(defects).toEqual([]);
});

test('under mutual TLS only callers of the same authority get in', async () => {
  const ours = await createCertificates(new Date());
  const foreign = await createCertificates(new Date());
  const service = { authority: ours.authority, certificate: ours.serviceCertificate, key: ours.serviceKey };
  const gateway = { authority: ours.authority, certificate: ours.gatewayCertificate, key: ours.gatewayKey };
  const { address } = await startServer(async () => answer, service);
  expect(await connect(address, gateway).ask()).toEqual(answer);
  const stranger = {
    authority: ours.authority,
    certificate: foreign.gatewayCertificate,
    key: foreign.gatewayKey,
  };
  expect(await outcome(connect(address, stranger).ask({ deadlineMs: 2_000 }))).toMatchObject({
    kind: 'unavailable',
  });
  expect(await outcome(connect(address, null).ask({ deadlineMs: 2_000 }))).toMatchObject({
    kind: 'unavailable',
  });
  const distrustful = { ...gateway, authority: foreign.authority };
  expect(await outcome(connect(address, distrustful).ask({ deadlineMs: 2_000 }))).toMatchObject({
    kind: 'unavailable',
  });
});

test('times are of the caller’s clock on both ways, whenever the clock over there began', async () => {
  const HOUR_NS = 3_600e9;
  const epochMs = Date.UTC(2026, 0, 1);
  const asked: unknown[] = [];
  const play = { playId: 1, listenerId: 'l', trackId: 't', listenedMs: 5, skipped: false };
  const next = { playedAtNs: 5, playId: 1, depth: 2 };
  const api: Partial<ListeningApi> = {
    async recordPlay(_context, request) {
      asked.push(request.playedAtNs);
      return {};
    },
    async getHistory(_context, { cursor }) {
      asked.push(cursor);
      return {
        plays: [
          { ...play, playedAtNs: 9 * HOUR_NS },
          { ...play, playedAtNs: 1 },
        ],
        next,
      };
    },
  };
  const server = await startServer(
    async () => answer,
    null,
    epochMs,
    (grpc) => grpc.add(listeningService, api as ListeningApi),
  );
  // An hour younger than the one over there.
  const { call } = connect(server.address, null, epochMs + 3_600_000);
  const record = (playedAtNs: number) =>
    call((listening, context) => listening.recordPlay(context, { ...play, playedAtNs }));
  await record(2 * HOUR_NS);
  await record(0);
  const history = await call((listening, context) =>
    listening.getHistory(context, { listenerId: 'l', limit: 0, cursor: next }),
  );
  expect(asked).toEqual([3 * HOUR_NS, 0, next]);
  expect(history.plays.map(({ playedAtNs }) => playedAtNs)).toEqual([8 * HOUR_NS, 1]);
  expect(history.next).toEqual(next);
});
