/** Knobs that every service has, because it runs on machines. */
import type { Knob } from '../ports/knobs.ts';

export interface HostKnobs {
  readonly [name: string]: Knob;
  readonly instances: Knob<number>;
  readonly cores: Knob<number>;
  readonly queueLimit: Knob<number>;
  readonly cancellation: Knob<boolean>;
  readonly balancing: Knob<string>;
}

export function hostKnobs(instances: number, cores: number): HostKnobs {
  return {
    instances: {
      default: instances,
      unit: '1',
      description: 'Instances of the service, each on its own machine',
      min: 1,
      max: 10_000,
    },
    cores: { default: cores, unit: '1', description: 'Cores of each instance', min: 1, max: 1_000 },
    queueLimit: {
      default: 2_000,
      unit: '1',
      description: 'Requests that may wait for a core of an instance; further ones are shed',
      min: 0,
      max: 1_000_000,
    },
    // gRPC: a caller's cancellation and deadline reach the callee. Of the gateway it matters live alone, where clients
    // hang up: simulated listeners wait for the answer that its own deadline gives them.
    cancellation: {
      default: true,
      unit: '',
      description: 'Whether a caller that gives up stops the work here; false: abandoned work burns on',
    },
    balancing: {
      default: 'round-robin',
      unit: '',
      description: 'Which instance gets the next request',
      values: ['round-robin', 'least-requests', 'two-choices'],
    },
  };
}
