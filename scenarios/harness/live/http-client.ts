/** HTTP as an app speaks it: connections that stay open, a bound on their number, a deadline for every request. */
import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  request as overHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { type Answered, type Failure, failureOf, unanswered } from '../../load/outcome.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer's body is bytes: a character each. */
  readonly binary?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As k6 waits (`scenarios/load/script.ts`). */
export const TIMEOUT_MS = 10_000;
/** More than a server on a laptop works on at once; whoever finds none free waits, and the wait counts. */
const CONNECTIONS = 1_000;
/** estimate: a few times the longest track at the highest bitrate. What is longer is not what was asked for. */
const LONGEST_ANSWER_MB = 64;

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.why);
    this.failure = failure;
  }
}

export class HttpClient {
  readonly #origin: URL;
  readonly #agent: HttpAgent;
  readonly #request: typeof overHttp;

  /** `authority`: the certificate of whoever has signed the target's, as PEM. */
  constructor(baseUrl: string, authority: string | null = null) {
    this.#origin = new URL(baseUrl);
    const trust = authority === null ? {} : { ca: authority };
    const options = { keepAlive: true, maxSockets: CONNECTIONS, ...trust };
    const secure = this.#origin.protocol === 'https:';
    this.#agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    this.#request = secure ? overHttps : overHttp;
  }

  /** Rejects with `NoAnswer`, also where the request cannot be sent, or the answer has no end. Redirects are not followed. */
  send(
    { method, path, headers, body, binary = false }: HttpRequest,
    timeoutMs = TIMEOUT_MS,
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { host } = this.#origin;
      const request = this.#begin({ method, path, headers, ...(body === undefined ? {} : { body }) });
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > LONGEST_ANSWER_MB * 1e6)
            response.destroy(new Error(`the answer is longer than ${LONGEST_ANSWER_MB} MB`));
        });
        response.on('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString(binary ? 'latin1' : 'utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
        response.on('error', fail);
      });
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`));
      }, timeoutMs);
      function fail(error: NodeJS.ErrnoException): void {
        clearTimeout(timer);
        reject(new NoAnswer(unanswered(late ? 'no-answer' : reasonOf(error), whyOf(error, host))));
      }
      request.on('error', fail);
      request.end(body);
    });
  }

  #begin({ method, path, headers, body }: HttpRequest): ClientRequest {
    const { hostname, port, protocol } = this.#origin;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    try {
      return this.#request({
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method,
        agent: this.#agent,
        headers: { 'user-agent': 'rehearsal-load', ...headers, ...length },
      });
    } catch (error) {
      // Addresses and tokens are the target's: what it has put together may be nothing that HTTP can carry.
      throw new NoAnswer(unanswered('refused', (error as Error).message));
    }
  }

  /** Ends the connections, those in use too. */
  close(): void {
    this.#agent.destroy();
  }
}

const reasonOf = ({ code }: NodeJS.ErrnoException) =>
  code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH' ? 'refused' : 'reset';

/** OpenSSL's words for a server that does not speak TLS help nobody, and have a line break. */
const whyOf = ({ code, message }: NodeJS.ErrnoException, host: string) =>
  code === 'EPROTO' && message.includes('wrong version number')
    ? `it speaks no TLS: is http://${host} meant?`
    : message.trim();

export function parsed({ body }: Pick<HttpAnswer, 'body'>): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function failureIn(answer: HttpAnswer): Failure {
  const { status, headers } = answer;
  const told: Answered = { status, body: parsed(answer), retryAfter: headers['retry-after'] !== undefined };
  return failureOf(told);
}
