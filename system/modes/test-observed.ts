/** A live server that is observed, with tokens of its own, and what it logs. */
import { afterEach } from 'vitest';
import { knobNames, knobOf } from './knobs.ts';
import { type LiveServer, type ServeOptions, startLiveServer } from './live-server.ts';
import { type LiveService, type LiveServiceOptions, startLiveService } from './live-service.ts';
import type { LiveTelemetryOptions } from './live-telemetry.ts';

export const configuration = (set: Readonly<Record<string, unknown>> = {}) => ({
  ...Object.fromEntries(knobNames().map((name) => [name, knobOf(name)!.default])),
  ...set,
});

/** What a test of the file opens, to be closed after it, the newest first. */
export function closedAfterEach(): (() => Promise<void>)[] {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return closing;
}

export const plainSystem = {
  seed: 1,
  listeners: 10_000,
  costs: false,
  configuration: configuration(),
  hotPlaylists: { count: 0, followers: 0 },
  plays: null,
} as const;

export interface Observed {
  readonly live: LiveServer;
  readonly lines: string[];
  ask(path: string, init?: RequestInit & { readonly token?: string | null }): Promise<Response>;
  token(scope?: string): Promise<string>;
}

const observing = (lines: string[], given: Partial<LiveTelemetryOptions>): LiveTelemetryOptions => ({
  sampling: 1,
  log: 'json',
  write: (text) => lines.push(text),
  otlp: null,
  version: '0.0.0',
  ...given,
});

const broken = (error: Error) => {
  throw error;
};

export async function startObserved(
  observe: Partial<LiveTelemetryOptions> = {},
  given: Partial<ServeOptions> = {},
): Promise<Observed> {
  const lines: string[] = [];
  const live = await startLiveServer({
    ...plainSystem,
    port: 0,
    version: '0.0.0',
    maxInFlight: 100,
    // Machines that run tests are busy.
    maxLagMs: 60_000,
    onFault: broken,
    onDefect: () => {},
    observe: observing(lines, observe),
    ...given,
  });
  const token = (scope = 'playlist:read playlist:write search') => tokenOf(live.url, scope);
  let own: Promise<string> | undefined;
  return {
    live,
    lines,
    token,
    async ask(path, { token: with_, ...init } = {}) {
      if (with_ === undefined) own ??= token();
      const bearer = with_ === undefined ? await own : with_;
      const headers = {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      };
      return fetch(live.url + path, { ...init, headers });
    },
  };
}

export async function startObservedService(
  service: LiveServiceOptions['service'],
  observe: Partial<LiveTelemetryOptions> = {},
): Promise<{ readonly live: LiveService; readonly lines: string[] }> {
  const lines: string[] = [];
  const live = await startLiveService({
    ...plainSystem,
    service,
    port: 0,
    adminPort: 0,
    upstreams: {},
    tls: null,
    onFault: broken,
    onDefect: () => {},
    observe: observing(lines, observe),
  });
  return { live, lines };
}

async function tokenOf(url: string, scope: string): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('rehearsal-load:rehearse')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', listener: 'u000000042', scope }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

export interface ShownTrace {
  readonly traceId: string;
  readonly correlationId: string;
  readonly notable: boolean;
  readonly spans: readonly {
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly depth: number;
    readonly kind: 'server' | 'client';
    readonly operation: string;
    readonly instance: string;
    readonly startMs: number;
    readonly durationMs: number;
    readonly error: string | null;
    readonly attempt: number;
    readonly status?: number;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly sampled: boolean;
  }[];
}

export async function tracesOf(url: string, query = ''): Promise<ShownTrace[]> {
  const answer = await fetch(`${url}/admin/traces${query}`);
  return ((await answer.json()) as { traces: ShownTrace[] }).traces;
}

/** The value of a sample of the text exposition, by its name and labels as they stand there. */
export function sampleOf(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
