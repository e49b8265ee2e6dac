/** How retries multiply load, with the retry policy that services use, on a callee that fails. */
import { createAttemptBudget, createRetry, type Retry } from '../system/policies/index.ts';
import type { Context } from '../system/ports/context.ts';
import { PortError } from '../system/ports/errors.ts';
import { drive } from '../system/runtime/drive.ts';
import { CallContext, MILLISECOND, ProcessLife, SECOND, Simulation } from '../system/runtime/kernel/index.ts';
import { meanAttempts } from './formulas.ts';
import type { Law } from './law.ts';

interface RetryModel {
  readonly requests: number;
  readonly attempts: number;
  /** Layers of callers that each retry; the innermost calls the failing callee. */
  readonly layers?: number;
  /** Extra attempts that the client allows itself, per request. */
  readonly budget?: number;
  /** Probability that an attempt fails. */
  readonly failure: number;
}

/** Calls that reach the callee, per request. */
async function measureAmplification(seed: number, model: RetryModel): Promise<number> {
  const simulation = new Simulation({ seed });
  const life = new ProcessLife('client');
  const failures = simulation.random('failure');
  const calls: (() => void)[] = [];
  let load = 0;
  const answer = simulation.register((number) => calls[number]!());
  const callee = (context: Context): Promise<void> => {
    load++;
    const call = simulation.open<void>(context, 'callee');
    const fails = failures.uniform(0, context.request, context.attempt) < model.failure;
    const number = calls.length;
    calls.push(() => {
      if (fails) call.reject(new PortError('unavailable', 'callee', true));
      else call.resolve();
    });
    simulation.schedule(MILLISECOND, answer, number);
    return call.promise;
  };
  const budget =
    model.budget === undefined
      ? {}
      : { budget: createAttemptBudget({ clock: simulation, share: model.budget }) };
  const layers: Retry[] = Array.from({ length: model.layers ?? 1 }, (_, entity) =>
    createRetry({
      clock: simulation,
      random: simulation.random('retry jitter'),
      attempts: model.attempts,
      baseDelayNs: 10 * MILLISECOND,
      maxDelayNs: SECOND,
      entity,
      ...budget,
    }),
  );
  const through = (layer: number, context: Context): Promise<void> =>
    layer === layers.length
      ? callee(context)
      : layers[layer]!.run(context, { idempotent: true }, (child) => through(layer + 1, child));
  const arrive = simulation.registerEntry((request) => {
    if (request + 1 < model.requests) simulation.schedule(MILLISECOND, arrive, request + 1);
    through(0, new CallContext(request, life)).catch(() => {});
  });
  simulation.schedule(0, arrive);
  await drive(simulation, { untilNs: Number.MAX_SAFE_INTEGER });
  return load / model.requests;
}

const SOURCE = 'Google SRE book 2016, "Addressing Cascading Failures"; computed';

/** The strain makes failures rarer or commoner by its factor; with a budget it changes the budget's share. */
function amplification(name: string, model: RetryModel, expected: number, rest: Partial<Law> = {}): Law {
  return {
    name: `${name}: calls per request`,
    experiment: {
      name,
      run: async (seed, strain) => {
        const strained =
          model.budget === undefined
            ? { ...model, failure: model.failure * strain }
            : { ...model, budget: model.budget * strain };
        return { load: await measureAmplification(seed, strained) };
      },
    },
    figure: 'load',
    expected,
    tolerance: expected * 0.005,
    unit: '1',
    source: SOURCE,
    wrong: 0.9,
    ...rest,
  };
}

const BUDGET_REQUESTS = 4_000;
/** Tokens that a budget has beside those that are earned, in the few seconds that this takes. */
const RESERVE = 10;

export const retryLaws: readonly Law[] = [
  amplification('3 attempts, all fail', { requests: 200, attempts: 3, failure: 1 }, 3),
  amplification(
    '3 attempts, half fail',
    { requests: 2_000, attempts: 3, failure: 0.5 },
    meanAttempts(3, 0.5),
    { tolerance: 0.02 },
  ),
  amplification(
    '3 attempts within a budget of 10 %, all fail',
    { requests: BUDGET_REQUESTS, attempts: 3, failure: 1, budget: 0.1 },
    1.1,
    { bias: (RESERVE + 1) / BUDGET_REQUESTS },
  ),
  amplification('3 layers of 4 attempts, all fail', { requests: 20, attempts: 4, layers: 3, failure: 1 }, 64),
];
