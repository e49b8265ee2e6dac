/**
 * How a request of an operator goes its way:
 *
 *   client ─▶ coordinator: CPU ─┬─▶ change of the cluster state ────┬─▶ client
 *                               └─▶ CPU of a node with the shard ───┘
 *
 * A change of the cluster state takes effect at one moment for all nodes. (In a real cluster each node applies it when it
 * gets it, and the answer waits for all of them.)
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { HandlerId, PendingCall } from '../../runtime/kernel/index.ts';
import type { Cluster, DataNode } from './cluster.ts';
import { REQUEST_NS } from './cost.ts';
import { InFlight, Slots } from './slots.ts';

const TRAVELLING = 1;
const COORDINATING = 2;
const TO_WORK = 3;
const WORKING = 4;
const FROM_WORK = 5;
const RETURNING = 6;

/** Apart from the kinds of other calls; the states tell the steps apart. */
const ADMIN_KEY = 0xad4149;

/** What a request does once the coordinator has read it. */
export interface AdminWork {
  /** Where it costs CPU; null: nowhere, it is a change of the cluster state. */
  readonly node: DataNode | null;
  /** CPU time, or how long the change takes. */
  readonly costNs: number;
  /** Does it. `finish` is called with the answer, or the error, at once or later. */
  run(finish: (answer: unknown) => void): void;
}

class AdminOperation extends InFlight {
  call: PendingCall<unknown> | null = null;
  from = 0;
  coordinator: DataNode | null = null;
  plan: (() => AdminWork) | null = null;
  work: AdminWork | null = null;
  error: PortError | null = null;
  answer: unknown;
}

export class AdminPath {
  readonly #cluster: Cluster;
  readonly #operations = new Slots(() => new AdminOperation());
  readonly #arrived: HandlerId;
  readonly #coordinated: HandlerId;
  readonly #atWork: HandlerId;
  readonly #worked: HandlerId;
  readonly #back: HandlerId;
  readonly #returned: HandlerId;
  readonly #lost: HandlerId;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const { simulation } = cluster;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#coordinated = simulation.register((argument) => this.#coordinate(argument));
    this.#atWork = simulation.register((argument) => this.#begin(argument));
    this.#worked = simulation.register((argument) => this.#run(argument));
    this.#back = simulation.register((argument) => this.#reply(argument));
    this.#returned = simulation.register((argument) => this.#deliver(argument));
    this.#lost = simulation.register((argument) => this.#lose(argument));
  }

  /** @param plan says what is to be done when the coordinator has read the request; throws a PortError if it cannot be */
  request<T>(context: Context, name: string, from: number, plan: () => AdminWork): Promise<T> {
    const cluster = this.#cluster;
    const call = cluster.simulation.open<T>(context, `elasticsearch.${name}`);
    if (call.settled) return call.promise;
    const coordinator = cluster.coordinator();
    if (coordinator === null) {
      call.reject(new PortError('unavailable', call.operation, true, 'no node is up'));
      return call.promise;
    }
    const operation = this.#operations.take();
    operation.begin(cluster.simulation.nowNs);
    operation.state = TRAVELLING;
    operation.call = call as PendingCall<unknown>;
    operation.from = from;
    operation.coordinator = coordinator;
    operation.plan = plan;
    operation.work = null;
    operation.error = null;
    operation.answer = undefined;
    this.#send(operation, from, coordinator.machine.id, this.#arrived);
    return call.promise;
  }

  #send(operation: AdminOperation, from: number, to: number, handler: HandlerId): void {
    const { context } = operation.call!;
    const salt = this.#cluster.salt(ADMIN_KEY, operation.state, context);
    this.#cluster.send(from, to, context.request, salt, handler, this.#lost, operation.argument);
  }

  #occupy(operation: AdminOperation, node: DataNode, meanNs: number, handler: HandlerId): void {
    const { context } = operation.call!;
    const salt = this.#cluster.salt(ADMIN_KEY, operation.state, context);
    const ns = this.#cluster.serviceNs(meanNs, node, context.request, salt);
    node.cpu.enter(handler, operation.argument, ns);
  }

  #arrive(argument: number): void {
    const operation = this.#operations.find(argument, TRAVELLING);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    const node = operation.coordinator!;
    if (!node.machine.up) {
      const { operation: name } = operation.call!;
      this.#settle(operation, new PortError('unavailable', name, true, 'connection refused'));
      return;
    }
    node.requests++;
    operation.state = COORDINATING;
    this.#occupy(operation, node, REQUEST_NS, this.#coordinated);
  }

  #coordinate(argument: number): void {
    const operation = this.#operations.find(argument, COORDINATING);
    if (operation === null) return;
    const { simulation } = this.#cluster;
    const { machine, cpu } = operation.coordinator!;
    operation.served(simulation.nowNs, cpu.lastServiceNs);
    try {
      operation.work = operation.plan!();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      operation.error = error;
      this.#replyFrom(operation);
      return;
    }
    const { node, costNs } = operation.work;
    if (node === null) {
      operation.state = WORKING;
      simulation.schedule(costNs, this.#worked, argument);
    } else {
      operation.state = TO_WORK;
      this.#send(operation, machine.id, node.machine.id, this.#atWork);
    }
  }

  #begin(argument: number): void {
    const operation = this.#operations.find(argument, TO_WORK);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    const { node, costNs } = operation.work!;
    if (!node!.machine.up) {
      operation.error = new PortError(
        'unavailable',
        operation.call!.operation,
        true,
        `${node!.machine.name} is down`,
      );
      this.#replyFrom(operation);
      return;
    }
    operation.state = WORKING;
    this.#occupy(operation, node!, costNs, this.#worked);
  }

  #run(argument: number): void {
    const operation = this.#operations.find(argument, WORKING);
    if (operation === null) return;
    const { nowNs } = this.#cluster.simulation;
    const { node } = operation.work!;
    if (node === null) operation.waited(nowNs);
    else operation.served(nowNs, node.cpu.lastServiceNs);
    operation.work!.run((answer) => {
      // It may have been reset while it waited.
      if (this.#operations.find(argument, WORKING) === null) return;
      operation.waited(this.#cluster.simulation.nowNs);
      if (answer instanceof PortError) operation.error = answer;
      else operation.answer = answer;
      operation.state = FROM_WORK;
      if (node === null) this.#reply(argument);
      else this.#send(operation, node.machine.id, operation.coordinator!.machine.id, this.#back);
    });
  }

  #reply(argument: number): void {
    const operation = this.#operations.find(argument, FROM_WORK);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    this.#replyFrom(operation);
  }

  #replyFrom(operation: AdminOperation): void {
    operation.state = RETURNING;
    this.#send(operation, operation.coordinator!.machine.id, operation.from, this.#returned);
  }

  #deliver(argument: number): void {
    const operation = this.#operations.find(argument, RETURNING);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    if (!operation.call!.settled) this.#cluster.book(operation.call!.context, operation);
    this.#settle(operation, operation.error);
  }

  /** The record is free before the caller hears of it. */
  #settle(operation: AdminOperation, error: PortError | null): void {
    const call = operation.call!;
    const { answer } = operation;
    operation.call = null;
    operation.plan = null;
    operation.work = null;
    operation.answer = undefined;
    this.#operations.release(operation);
    if (error === null) call.resolve(answer);
    else call.reject(error);
  }

  #lose(argument: number): void {
    const operation = this.#operations.alive(argument);
    if (operation !== null)
      this.#settle(operation, new PortError('timeout', operation.call!.operation, false, 'no answer'));
  }

  /** A node died: what it coordinated or worked on is reset. */
  crashed(node: DataNode): void {
    for (const operation of this.#operations.all) {
      const { state, coordinator, work } = operation;
      const here =
        (coordinator === node && (state === COORDINATING || state === TO_WORK || state === FROM_WORK)) ||
        (state === WORKING && (coordinator === node || work!.node === node));
      if (here) this.#settle(operation, new PortError('reset', operation.call!.operation, false));
    }
  }
}
