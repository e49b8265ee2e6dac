/**
 * Before a process starts that calls others: are they what it takes them for? Playlists, tracks and listeners are functions
 * of seed and population, so answers of another one would be wrong and look right.
 */
import { type PopulationApi, populationService } from '../contracts/generated/population.ts';
import { SECOND } from '../ports/clock.ts';
import { CallContext, ProcessLife, untraced } from '../runtime/kernel/index.ts';
import {
  clientCredentials,
  createGrpcClient,
  type GrpcClientOptions,
  type MutualTls,
} from '../transport/grpc/index.ts';
import type { EmbeddedOptions } from './embedded.ts';
import type { Upstreams } from './live-service.ts';

export type PopulationOf = Pick<EmbeddedOptions, 'seed' | 'listeners'>;

/** What was asked for does not fit together: one sentence for whoever starts it. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly exitCode = 2;
}

/** estimate: a process that is there answers in milliseconds; one that is busy starting is told by its first calls. */
const ANSWER_NS = 2 * SECOND;

/** As it travels with every call. */
export const populationKey = ({ seed, listeners }: PopulationOf) => `${seed}/${listeners}`;

/**
 * Rejects with an `UpstreamError` for the first that is another service, or of another population. One that does not answer,
 * as it may start later, is no error: its first call tells.
 */
export async function checkUpstreams(
  upstreams: Upstreams,
  tls: MutualTls | null,
  own: PopulationOf,
): Promise<void> {
  const named = Object.entries(upstreams) as [string, string][];
  await Promise.all(
    named.map(async ([name, address]) => {
      const there = await describe(address, tls);
      if (there === null) return;
      const given = `--upstream ${name}=${address}`;
      if (there.service !== name)
        throw new UpstreamError(
          `${given} is the service ${there.service}: name it --upstream ${there.service}=${address}, or give the address of ${name}.`,
        );
      if (populationKey(there) !== populationKey(own))
        throw new UpstreamError(
          `${given} serves another population (${words(there)}) than this process (${words(own)}): start both with the same.`,
        );
    }),
  );
}

const words = ({ seed, listeners }: PopulationOf) => `--seed ${seed} --listeners ${listeners}`;

/** Null: nobody is there who says. */
async function describe(address: string, tls: MutualTls | null) {
  const credentials = clientCredentials(tls);
  const client = createGrpcClient<PopulationApi>(populationService, {
    address,
    credentials,
    clock: STILL,
    wait,
  });
  try {
    return await client.api.describe(new CallContext(0, new ProcessLife('start'), untraced, ANSWER_NS), {});
  } catch {
    return null;
  } finally {
    client.close();
  }
}

/** Nothing runs yet: the deadline is what remains. */
const STILL = { now: () => 0 };

const wait: GrpcClientOptions['wait'] = (_context, _operation, begin) =>
  new Promise((resolve, reject) => {
    begin((error, value) => (error === null ? resolve(value as never) : reject(error)));
  });
