/** Commands that ask a running system (rehearse serve) about itself, on the pages that it keeps for its own machine. */
import type { HttpRequest } from '../scenarios/harness/live/http-client.ts';
import { UnavailableError, UsageError } from './errors.ts';
import { readText } from './files.ts';

export interface Target {
  readonly target: string;
  readonly ca?: string;
  readonly json?: boolean;
}

interface Asking {
  readonly body?: object;
  readonly missing?: string;
  /** Default: GET, and POST with a body. */
  readonly method?: HttpRequest['method'];
}

const TARGET = 'http://127.0.0.1:8080';
export const TARGET_OPTION = ['--target <url>', 'where the system listens', TARGET] as const;

const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The body of the answer. Rejects with a `UsageError` that carries what the system says where it refuses, and with an
 * `UnavailableError` where nothing answers. With a `body` it is posted as JSON. `missing`: what a system without that page is said to lack.
 */
export async function askSystem(
  { target, ca }: Target,
  path: string,
  { body, missing, method = body === undefined ? 'GET' : 'POST' }: Asking = {},
): Promise<unknown> {
  const base = URL.canParse(target) ? new URL(target) : null;
  if (base === null || !/^https?:$/.test(base.protocol) || !LOCAL_NAMES.has(base.hostname))
    throw new UsageError(
      `--target takes the address of a system on this machine, such as ${TARGET}, not '${target}'.`,
    );
  const { HttpClient, NoAnswer, parsed } = await import('../scenarios/harness/live/http-client.ts');
  const client = new HttpClient(base.origin, ca === undefined ? null : readText(ca));
  try {
    const answer = await client.send(requestOf(method, path, body));
    const content = (parsed(answer) ?? {}) as { detail?: string };
    if (answer.status >= 200 && answer.status < 300) return content;
    if (answer.status === 404 && missing !== undefined)
      throw new UsageError(`The system at ${base.origin} ${missing}.`);
    throw new UsageError(content.detail ?? `${base.origin} answered with ${answer.status}.`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const hint = base.protocol === 'https:' && ca === undefined ? ', and give --ca its authority' : '';
    throw new UnavailableError(
      `Nothing answers at ${base.origin} (${error.message}): start it with rehearse serve${hint}.`,
    );
  } finally {
    client.close();
  }
}

function requestOf(method: HttpRequest['method'], path: string, body: object | undefined): HttpRequest {
  if (body === undefined) return { method, path, headers: {} };
  const headers = { 'content-type': 'application/json' };
  return { method, path, headers, body: JSON.stringify(body) };
}
