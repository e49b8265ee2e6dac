/** One call to an instance on its way: a slot that is used again and again, so that a call allocates nothing but its promise. */
import type { PendingCall } from './call.ts';
import type { CallContext } from './context.ts';
import type { Host, RemoteMethod } from './host.ts';
import type { Ticket } from './station.ts';

export const FREE = 0;
export const TRAVELLING = 1;
export const AT_PROCESSOR = 2;
export const RUNNING = 3;
export const RETURNING = 4;

/** Slot in the low bits, generation above: a message that arrives twice, or late, cannot hit the slot's next owner. */
export const SLOT_BITS = 22;
export const SLOT_MASK = (1 << SLOT_BITS) - 1;
export const GENERATION_MASK = 0x1ff;

export class Flight<Api> {
  state = FREE;
  generation = 0;
  call: PendingCall<unknown> | null = null;
  method: RemoteMethod<Api, unknown, unknown> | null = null;
  request: unknown = null;
  host: Host<Api> | null = null;
  /** The host's place among the instances. */
  place = 0;
  from = 0;
  /** How often the message that is on its way was lost, and how long it waited to be sent again. */
  losses = 0;
  lostNs = 0;
  arrivedNs = 0;
  ticket: Ticket = -1;
  /** What the message there took, and the one back; -1 while it is lost. */
  outNs = 0;
  backNs = 0;
  context: CallContext | null = null;
  result: unknown = undefined;
  error: Error | null = null;
}

/** Keys the draws of a message: method, attempt, how often it was lost, and direction in the lowest bit. */
export function saltOf<Api>(flight: Flight<Api>, direction: 0 | 1): number {
  const attempt = flight.call!.context.attempt & 15;
  return ((flight.losses & 0x3ff) << 20) | (flight.method!.number << 6) | (attempt << 2) | direction;
}
