/** The simulation kernel: virtual time, stations, networks, machines, randomness, histograms. Public with its driver: `@rehearsal/rehearse/kernel`. */
export { MICROSECOND, MILLISECOND, SECOND } from '../../ports/clock.ts';
export { PendingCall } from './call.ts';
export { CallContext, ProcessLife, RequestTrace, untraced } from './context.ts';
export { constant, Distribution, exponential, lognormal } from './distribution.ts';
export { Histogram } from './histogram.ts';
export {
  type Balancing,
  type CallObserver,
  Host,
  type HostOptions,
  Remote,
  type RemoteMethod,
  type RemoteOptions,
} from './host.ts';
export { empty } from './lists.ts';
export { Machine } from './machine.ts';
export { type Carrier, type LinkFault, Network, retransmitAfterNs } from './network.ts';
export { KeyedRandom, RandomStream } from './random.ts';
export { type EventHandler, type HandlerId, type Pause, Simulation } from './simulation.ts';
export {
  type Discipline,
  Station,
  type StationOptions,
  type StationReading,
  type Ticket,
} from './station.ts';
