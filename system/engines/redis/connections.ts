/** What a client process holds of the server: its open connections, and the commands that wait for one. */
import type { Machine } from '../../runtime/kernel/index.ts';

export class Connections {
  readonly machine: Machine;
  open = 0;
  busy = 0;
  /** Flights that wait for a free connection, oldest first. */
  readonly waiting: number[] = [];
  /** Counts crashes on either side: answers on connections of before free nothing. */
  epoch = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  reset(): void {
    this.open = 0;
    this.busy = 0;
    this.waiting.length = 0;
    this.epoch++;
  }
}
