/**
 * A service in another process, as the interface that callers have for one in their own. The deadline of the caller's
 * context goes with the call, and a caller that gives up stops the work over there.
 */
import { type ChannelCredentials, Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Call, Service } from '../../contracts/wire.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { ATTEMPT, CORRELATION_ID, EPOCH, POPULATION, REQUEST, TRACEPARENT } from './metadata.ts';
import { errorOf } from './status.ts';

/** Begins something outside the system; returns what stops it. `done` is to be called once, at any time. */
export type Outside<T> = (done: (error: Error | null, value?: T) => void) => () => void;

export interface GrpcClientOptions {
  /** 'host:port' */
  readonly address: string;
  readonly credentials: ChannelCredentials;
  /** The clock that deadlines of contexts are on. */
  readonly clock: Pick<Clock, 'now'>;
  /** Unix time, in ms, at which it stands at 0. Absent: times in messages are not this process's. */
  readonly epochMs?: number;
  /** Which population this process serves, in any words; absent: anybody's is asked. */
  readonly population?: string;
  /** Waits inside the system for something outside of it; rejects when the context is cancelled before. */
  readonly wait: <T>(context: Context, operation: string, begin: Outside<T>) => Promise<T>;
}

export interface GrpcClient<Api> {
  readonly api: Api;
  close(): void;
}

const LOOPBACK = /^(127\.0\.0\.1|\[::1\]):/;

export function createGrpcClient<Api extends object>(
  service: Service<Api>,
  options: GrpcClientOptions,
): GrpcClient<Api> {
  const { clock, wait } = options;
  const client = new Client(options.address, options.credentials, {
    // An address is no server name (RFC 6066), and certificates of development name the loopback interface so.
    ...(LOOPBACK.test(options.address) ? { 'grpc.ssl_target_name_override': 'localhost' } : {}),
  });
  const short = service.name.split('.').at(-1)!.toLowerCase();
  const api = Object.fromEntries(
    (Object.entries(service.calls) as [string, Call<unknown, unknown>][]).map(([name, call]) => {
      const operation = `${short}.${name}`;
      const path = `/${service.name}/${call.name}`;
      const encode = (message: unknown) => Buffer.from(call.encodeRequest(message));
      const decode = (bytes: Buffer) => call.decodeResponse(bytes);
      const ask = (context: Context, request: unknown) =>
        wait<unknown>(context, operation, (done) => {
          const remainingMs = (context.deadlineNs - clock.now()) / 1e6;
          const deadline = Number.isFinite(remainingMs) ? Date.now() + remainingMs : Number.POSITIVE_INFINITY;
          const answered = (error: ServiceError | null, value?: unknown) =>
            error === null ? done(null, value) : done(errorOf(operation, error, options.address));
          const unary = client.makeUnaryRequest(
            path,
            encode,
            decode,
            request,
            metadataOf(context, options),
            { deadline },
            answered,
          );
          return () => unary.cancel();
        });
      return [name, ask];
    }),
  );
  return { api: api as Api, close: () => client.close() };
}

type Own = Pick<GrpcClientOptions, 'epochMs' | 'population'>;

function metadataOf(context: Context, { epochMs, population }: Own): Metadata {
  const metadata = new Metadata();
  metadata.set(REQUEST, String(context.request));
  metadata.set(ATTEMPT, String(context.attempt));
  if (epochMs !== undefined) metadata.set(EPOCH, String(epochMs));
  if (population !== undefined) metadata.set(POPULATION, population);
  const { correlationId, traceparent } = context.trace;
  if (correlationId !== undefined) metadata.set(CORRELATION_ID, correlationId);
  if (traceparent !== undefined) metadata.set(TRACEPARENT, traceparent);
  return metadata;
}
