/**
 * Metadata at a point of presence: what is the same for everybody and rarely changes is answered near the listener, from a
 * copy, and asked for at the gateway when there is none. It runs on the machines of the edge.
 *
 *   app ──▶ point of presence: token ▸ copy? ──────────────────────────▶ app
 *                                       └ none: one call for all who want it ──▶ gateway ──▶ catalogue
 */
import type { GatewayApi } from '../../contracts/generated/gateway.ts';
import {
  type Kept,
  METADATA_METHODS,
  METADATA_PATHS,
  type MetadataApi,
  type MetadataMethod,
  type MetadataOrigin,
  type MetadataOutcome,
} from '../../contracts/metadata.ts';
import { createSingleFlight, withTimeout } from '../../policies/index.ts';
import { type Clock, MILLISECOND, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { type ErrorKind, isFault, PortError } from '../../ports/errors.ts';
import type { AccessToken, TokenVerifier } from '../../ports/tokens.ts';
import type { Copies, Copy } from './copies.ts';
import type { MetadataKnobs } from './knobs.ts';

export interface MetadataDependencies {
  readonly clock: Clock;
  readonly tokens: TokenVerifier;
  readonly origin: MetadataOrigin;
  /** The way between this point of presence and the gateway's site, one way. */
  readonly travel: (context: Context, direction: 'there' | 'back') => Promise<void>;
  readonly copies: Copies;
  /** Called for each answer with what it was, and the bytes of its body. */
  readonly onAnswer: (outcome: MetadataOutcome, bytes: number) => void;
  readonly site: string;
  readonly knobs: MetadataKnobs;
}

/** The gateway said no to this caller: it is nothing that others who want the same should hear. */
const PERSONAL: ReadonlySet<ErrorKind> = new Set(['unauthenticated', 'permission-denied', 'rate-limited']);
export function createMetadataService(dependencies: MetadataDependencies): MetadataApi {
  const { clock, tokens, origin, travel, copies, onAnswer, site, knobs } = dependencies;
  const ttlNs = knobs.ttlS * SECOND;
  const staleNs = ttlNs + knobs.staleIfErrorS * SECOND;
  const timeoutNs = knobs.originTimeoutMs * MILLISECOND;
  const flights = createSingleFlight<Copy>({ clock, operation: 'edge.metadata' });

  async function read(
    context: Context,
    token: AccessToken | undefined,
    path: string,
    ask: (context: Context) => Promise<unknown>,
  ): Promise<Kept<unknown>> {
    await tokens.verify(context, token);
    const copy = copies.find(path);
    if (copy !== undefined && clock.now() - copy.storedAtNs < ttlNs) return answer(copy, 'hit');
    try {
      return answer(await fetched(context, path, ask), 'miss');
    } catch (error) {
      if (!mayServe(copy, error)) throw error;
      return answer(copy, 'stale');
    }
  }

  function answer({ value, bytes, storedAtNs }: Copy, outcome: MetadataOutcome): Kept<unknown> {
    onAnswer(outcome, bytes);
    return { value, ageNs: clock.now() - storedAtNs, outcome, servedBy: site };
  }

  function mayServe(copy: Copy | undefined, error: unknown): copy is Copy {
    if (copy === undefined || !(error instanceof PortError) || !isFault(error.kind)) return false;
    return clock.now() - copy.storedAtNs < staleNs;
  }

  /** Once for all who want it now. */
  async function fetched(
    context: Context,
    path: string,
    ask: (context: Context) => Promise<unknown>,
  ): Promise<Copy> {
    let own = false;
    try {
      return await flights.run(context, path, (shared) => {
        own = true;
        return fetch(shared, path, ask);
      });
    } catch (error) {
      if (own || !(error instanceof PortError) || !PERSONAL.has(error.kind)) throw error;
      return fetch(context, path, ask);
    }
  }

  async function fetch(
    context: Context,
    path: string,
    ask: (context: Context) => Promise<unknown>,
  ): Promise<Copy> {
    const { purges } = copies;
    // The age counts from when the gateway was asked (RFC 9111, 4.2.3): the answer may have been made at any time since.
    const storedAtNs = clock.now();
    const value = await withTimeout(clock, context, timeoutNs, 'edge.metadata', async (limited) => {
      await travel(limited, 'there');
      try {
        return await ask(limited);
      } finally {
        await travel(limited, 'back');
      }
    });
    const copy: Copy = { value, bytes: JSON.stringify(value).length, storedAtNs };
    if (ttlNs > 0) copies.keep(path, copy, purges);
    return copy;
  }

  const through = <Method extends MetadataMethod>(method: Method) => {
    type Request = Parameters<GatewayApi[Method]>[1];
    const call = origin[method] as (context: Context, request: Request) => Promise<unknown>;
    const pathOf = METADATA_PATHS[method] as (request: Request) => string;
    return (context: Context, request: Request) =>
      read(context, request.token, pathOf(request), (limited) => call(limited, request));
  };
  return Object.fromEntries(
    METADATA_METHODS.map((method) => [method, through(method)]),
  ) as unknown as MetadataApi;
}
