/**
 * What happens in a live process, as log lines: pino with the fields of the Elastic Common Schema, each line of a request
 * with its correlation id and trace id. The mapping is our own: @elastic/ecs-pino-format has had no release for two
 * years (1.5.0, before pino 9), and its serializers for requests would put headers into lines.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import { CLIENT_CLOSED } from '../../observability/index.ts';
import { PortError } from '../../ports/errors.ts';
import type { Unparsed } from '../http/unparsed.ts';
import type { AuthorizationEvent } from '../tokens/index.ts';
import type { FaultState } from './fault-routes.ts';
import { LogLimit } from './log-limit.ts';
import { prettyLine } from './pretty-line.ts';
import { redact } from './redact.ts';

/** 'warnings': readable, and only what somebody should look at. 'json' and 'pretty': everything, requests included. */
export type LogMode = 'json' | 'pretty' | 'warnings' | 'off';

export interface EventLogOptions {
  readonly mode: LogMode;
  /** Takes whole lines. */
  readonly write: (text: string) => void;
  /** 'gateway' */
  readonly service: string;
  readonly version: string;
}

/** Under which a line's request is found elsewhere. */
export interface Reference {
  readonly correlationId: string;
  readonly traceId: string | null;
}

export interface RequestLine extends Reference {
  readonly method: string;
  /** The name of the route, never the address: ids and queries stay out of logs. */
  readonly operation: string;
  /** Its pattern, '/v1/playlists/:playlistId'; null: no route took it. */
  readonly route: string | null;
  readonly status: number;
  readonly durationNs: number;
  readonly failure: unknown;
  /** Refused because the process cannot keep up. */
  readonly shed: boolean;
}

/** Elastic Common Schema, the version whose field names these are. */
const ECS_VERSION = '8.17.0';
/** A kind of trouble that repeats has three lines in ten seconds, and a count. */
const LIMIT = { lines: 3, everyMs: 10_000 };

type Fields = Readonly<Record<string, unknown>>;

/** Of what an operator makes fail: the action of the event, and how its line begins. */
const FAULT_LINES: Readonly<Record<FaultState['state'], readonly [string, string]>> = {
  coming: ['fault-coming', 'fault to come'],
  acting: ['fault-begin', 'fault'],
  over: ['fault-end', 'fault over'],
  ended: ['fault-end', 'fault ended'],
  dropped: ['fault-end', 'fault dropped'],
};

export class EventLog {
  /** Whether each request has a line. */
  readonly access: boolean;
  readonly #log: Logger;
  readonly #limit = new LogLimit({ ...LIMIT, now: () => performance.now() });

  constructor(options: EventLogOptions) {
    this.access = options.mode === 'json' || options.mode === 'pretty';
    this.#log = createLogger(options);
  }

  /** What whoever started the process is told, where every line has to be one of the log. */
  note(action: string, text: string): void {
    this.#log.info(event(action, 'process'), text);
  }

  started(address: string): void {
    this.#log.info({ ...event('start', 'process'), url: { full: address } }, 'listening');
  }

  stopped(answers: number): void {
    for (const [kind, suppressed] of this.#limit.rest())
      this.#log.warn(event('suppressed', 'process'), `${kind}: ${suppressed} more lines were left out`);
    this.#log.info({ ...event('stop', 'process'), labels: { answers: String(answers) } }, 'stopped');
  }

  /** The process ends without having done what it was started for: the last line. */
  ended({
    sentence,
    exitCode,
    stack,
  }: {
    sentence: string;
    exitCode: number;
    stack?: string | undefined;
  }): void {
    const { event: what } = event('end', 'process');
    const fields = {
      event: { ...what, outcome: 'failure' },
      labels: { exit_code: String(exitCode) },
      error: { message: sentence, ...(stack === undefined ? {} : { stack_trace: redact(stack) }) },
    };
    this.#log.fatal(fields, sentence);
  }

  /** An error that nobody foresaw. */
  defect(error: unknown, reference: Reference): void {
    const fields = { ...event('defect', 'process'), ...referred(reference), ...errorFields(error, true) };
    this.#limited('defect', 'error', fields, 'defect');
  }

  /** The system has broken and answers nothing any more. */
  fault(error: Error): void {
    this.#log.fatal({ ...event('fault', 'process'), ...errorFields(error, true) }, 'the system has broken');
  }

  request(line: RequestLine): void {
    const { method, operation, route, status, durationNs, failure, shed } = line;
    if (!this.access && status < 500) return;
    const fields: Fields = {
      ...referred(line),
      event: {
        action: 'request',
        category: ['web'],
        outcome: outcomeOf(status),
        duration: Math.round(durationNs),
      },
      http: { request: { method }, response: { status_code: status } },
      ...(route === null ? {} : { url: { path: route } }),
      rehearsal: { operation },
      ...(failure === null || failure === undefined ? {} : errorFields(failure, false)),
    };
    const text = `${method} ${operation} ${status}`;
    if (shed) this.#limited(`shed ${operation}`, 'warn', fields, `${text}: shed`);
    else if (status >= 500) this.#limited(`${status} ${operation}`, 'warn', fields, text);
    else this.#log.info(fields, text);
  }

  /** What never became a request: there is no method, no route and no trace. */
  unparsed({ status, detail, correlationId }: Unparsed): void {
    const fields = {
      ...event('unparsed', 'web'),
      ...referred({ correlationId, traceId: null }),
      http: { response: { status_code: status } },
      error: { type: 'unparsed', message: detail },
    };
    this.#limited(`unparsed ${status}`, 'info', fields, `unparsed ${status}`);
  }

  authorization({ level, message, clientId, listenerId, error }: AuthorizationEvent): void {
    const fields: Fields = {
      ...event('authorization', 'authentication'),
      ...(clientId === undefined ? {} : { client: { user: { id: redact(clientId) } } }),
      ...(listenerId === undefined ? {} : { user: { id: redact(listenerId) } }),
      ...(error === undefined ? {} : errorFields(error, level === 'error')),
    };
    this.#limited(`authorization: ${message}`, level, fields, message);
  }

  sampling(before: number, after: number): void {
    const labels = { before: String(before), after: String(after) };
    this.#log.info({ ...event('sampling', 'configuration'), labels }, `sampling is now ${after}`);
  }

  /** An operator makes something fail: whoever reads what follows has to know of it. */
  injected({ what, state }: FaultState): void {
    const [action, begins] = FAULT_LINES[state];
    this.#log.warn(event(action, 'configuration'), `${begins}: ${what}`);
  }

  /** Spans could not be handed to the collector. */
  exportFailed(error: unknown, spans: number): void {
    const fields = {
      ...event('export', 'process'),
      ...errorFields(error, false),
      labels: { spans: String(spans) },
    };
    this.#limited('export', 'warn', fields, `${spans} spans did not reach the collector`);
  }

  /** `kind`: of what there are so many lines in a while. */
  #limited(kind: string, level: 'info' | 'warn' | 'error', fields: Fields, text: string): void {
    if (!this.#log.isLevelEnabled(level)) return;
    const suppressed = this.#limit.pass(kind);
    if (suppressed === null) return;
    const more = suppressed === 0 ? '' : ` (and ${suppressed} more like it before)`;
    this.#log[level](fields, `${text}${more}`);
  }
}

function createLogger({ mode, write, service, version }: EventLogOptions): Logger {
  const readable = mode === 'pretty' || mode === 'warnings';
  const stream: DestinationStream = { write: readable ? (line) => write(prettyLine(line)) : write };
  return pino(
    {
      level: mode === 'off' ? 'silent' : mode === 'warnings' ? 'warn' : 'info',
      base: {
        ecs: { version: ECS_VERSION },
        service: { name: `rehearsal-${service}`, version },
        process: { pid: process.pid },
      },
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }) },
    },
    stream,
  );
}

const event = (action: string, category: string) => ({ event: { action, category: [category] } });

/** Nobody knows what became of an answer that its client did not wait for. */
function outcomeOf(status: number): 'success' | 'failure' | 'unknown' {
  if (status === CLIENT_CLOSED) return 'unknown';
  return status < 400 ? 'success' : 'failure';
}

function referred({ correlationId, traceId }: Reference): Fields {
  return {
    labels: { correlation_id: correlationId },
    ...(traceId === null ? {} : { trace: { id: traceId } }),
  };
}

/** Only the code of a defect says where to look; of other errors the stack is noise. */
function errorFields(error: unknown, withStack: boolean): Fields {
  if (!(error instanceof Error)) return { error: { type: typeof error, message: redact(String(error)) } };
  const type = error instanceof PortError ? error.kind : error.name;
  // What is told to nobody outside, such as an address.
  const why = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const stack = withStack && error.stack !== undefined ? { stack_trace: redact(error.stack) } : {};
  return { error: { type, message: redact(`${error.message}${why}`), ...stack } };
}
