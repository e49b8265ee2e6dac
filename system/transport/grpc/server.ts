/**
 * Serves contracts to other processes: the same plain interface that callers in the process have, behind Protocol Buffers
 * over HTTP/2. Deadline, cancellation, request number and correlation id of the caller come along.
 */
import {
  logVerbosity,
  Server,
  type ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import type { Call, Service } from '../../contracts/wire.ts';
import type { ChildContext, Context, Trace } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import { shifted } from './clocks.ts';
import {
  ATTEMPT,
  CORRELATION_ID,
  EPOCH,
  metadataText,
  POPULATION,
  REQUEST,
  TRACEPARENT,
} from './metadata.ts';
import { statusOf } from './status.ts';

/** What a call brings along. */
export interface Incoming {
  /** How long the caller waits still, in ms; Infinity: it did not say. */
  readonly remainingMs: number;
  readonly correlationId: string | undefined;
  /** The caller's span: W3C Trace Context. */
  readonly traceparent: string | undefined;
  readonly request: number | undefined;
  readonly attempt: number;
}

export interface GrpcServerOptions {
  /** Makes the context of a call; called where the system's time is the present one. */
  readonly context: (incoming: Incoming) => ChildContext;
  /** Runs a call at the present time of the system. */
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
  /** Unix time, in ms, at which the system's clock stands at 0. Absent: callers have the same clock. */
  readonly epochMs?: number;
  /** Which population is served: callers of another one are refused. Absent: nobody is. */
  readonly population?: string;
  readonly credentials: ServerCredentials;
  /** Told of every error that is a defect. */
  readonly onDefect: (error: unknown, correlationId: string, trace: Trace | null) => void;
}

/** Larger messages than any contract has are refused before they are read. */
const LARGEST_MESSAGE_BYTES = 1_048_576;

/** For whoever asked the caller, who did nothing wrong. */
const OTHER_POPULATION = 'a service behind serves another population';

type AnyApi = Record<string, (context: Context, request: unknown) => Promise<unknown>>;

export interface GrpcServer {
  add<Api extends object>(service: Service<Api>, api: Api): void;
  /** 'host:port', port 0: any free one; resolves to the port. Rejects when it cannot be had. */
  listen(address: string): Promise<number>;
  /** Takes no new calls and resolves when those in flight are answered; after `graceMs` they are cut off. */
  close(graceMs: number): Promise<void>;
}

export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  // What it would print to stderr, it gives as errors too: those are told once, in words or as lines of the log.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE_BYTES,
    'grpc.max_send_message_length': LARGEST_MESSAGE_BYTES,
  });
  return {
    add(service, api) {
      const calls = Object.entries(service.calls) as [string, Call<unknown, unknown>][];
      const definition = calls.map(([name, call]) => [
        name,
        {
          path: `/${service.name}/${call.name}`,
          requestStream: false,
          responseStream: false,
          requestSerialize: (message: unknown) => Buffer.from(call.encodeRequest(message)),
          requestDeserialize: (bytes: Buffer) => call.decodeRequest(bytes),
          responseSerialize: (message: unknown) => Buffer.from(call.encodeResponse(message)),
          responseDeserialize: (bytes: Buffer) => call.decodeResponse(bytes),
        },
      ]);
      const handlers = calls.map(([name]) => [
        name,
        unary(`${service.name}.${name}`, api as AnyApi, name, options),
      ]);
      server.addService(Object.fromEntries(definition), Object.fromEntries(handlers));
    },
    listen: (address) =>
      new Promise((resolve, reject) => {
        server.bindAsync(address, options.credentials, (error, port) =>
          error === null ? resolve(port) : reject(error),
        );
      }),
    async close(graceMs) {
      const cutOff = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(cutOff);
    },
  };
}

function unary(operation: string, api: AnyApi, name: string, options: GrpcServerOptions) {
  const { enter, context: contextOf, epochMs, population, onDefect } = options;
  return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    if (isOfAnother(call, population)) {
      done(statusOf(new PortError('unavailable', operation, true, OTHER_POPULATION)));
      return;
    }
    const incoming = incomingOf(call);
    const laterNs = epochMs === undefined ? 0 : (epochOf(call, epochMs) - epochMs) * 1e6;
    let context: ChildContext | null = null;
    call.on('cancelled', () => {
      const gone = new PortError('cancelled', operation, false, 'the caller gave up');
      enter(async () => context?.cancel(gone)).catch(() => {});
    });
    enter(() => {
      context = contextOf(incoming);
      return api[name]!(context, shifted(call.request, laterNs));
    })
      .then(
        (answer) => done(null, shifted(answer, -laterNs)),
        (error: unknown) => {
          const answer = statusOf(error);
          if (answer.code === status.INTERNAL)
            onDefect(error, incoming.correlationId ?? '', context?.trace ?? null);
          done(answer);
        },
      )
      .finally(() => context?.close());
  };
}

function isOfAnother(call: ServerUnaryCall<unknown, unknown>, own: string | undefined): boolean {
  const theirs = own === undefined ? undefined : metadataText(call.metadata, POPULATION);
  return theirs !== undefined && theirs !== own;
}

/** Unix time, in ms, at which the caller's clock stood at 0; `own` where it does not say. */
function epochOf(call: ServerUnaryCall<unknown, unknown>, own: number): number {
  const epochMs = Number(metadataText(call.metadata, EPOCH) ?? own);
  return Number.isSafeInteger(epochMs) ? epochMs : own;
}

function incomingOf(call: ServerUnaryCall<unknown, unknown>): Incoming {
  const deadline = call.getDeadline();
  const atMs = deadline instanceof Date ? deadline.getTime() : deadline;
  const request = Number(metadataText(call.metadata, REQUEST) ?? Number.NaN);
  const attempt = Number(metadataText(call.metadata, ATTEMPT) ?? 0);
  return {
    remainingMs: Number.isFinite(atMs) ? Math.max(0, atMs - Date.now()) : Number.POSITIVE_INFINITY,
    correlationId: metadataText(call.metadata, CORRELATION_ID),
    traceparent: metadataText(call.metadata, TRACEPARENT),
    request: Number.isSafeInteger(request) && request >= 0 ? request : undefined,
    attempt: Number.isInteger(attempt) && attempt >= 0 && attempt < 16 ? attempt : 0,
  };
}
