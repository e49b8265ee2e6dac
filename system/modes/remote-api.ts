/** A service's contract as its callers see it over the network: the same interface, each call a `Remote` call. */
import type { Context } from '../ports/context.ts';
import type { Distribution, Machine, Remote } from '../runtime/kernel/index.ts';

/** Processor time of each method, in ns; every method of the contract must be named. */
export type MethodCosts<Api> = { readonly [Name in keyof Api]: Distribution };

type AnyApi = Record<string, (context: Context, request: unknown) => Promise<unknown>>;

/** Declares a service's methods once, and hands out clients for machines that call it. */
export function remoteApi<Api extends object>(
  remote: Remote<Api>,
  costs: MethodCosts<Api>,
): (from: Machine) => Api {
  const methods = Object.entries<Distribution>(costs).map(([name, cost]) => {
    const invoke = (api: Api, context: Context, request: unknown) =>
      (api as unknown as AnyApi)[name]!(context, request);
    return [name, remote.method(name, cost, invoke)] as const;
  });
  return (from) => {
    const api: AnyApi = {};
    for (const [name, method] of methods) {
      api[name] = (context, request) => remote.call(from, method, context, request);
    }
    return api as unknown as Api;
  };
}
