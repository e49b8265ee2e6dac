/** S3 in virtual time: the port, what a composition root needs, and a look inside for checks of invariants. */
import { type ByteRange, resolveRange, UnsatisfiableRange } from '../../ports/byte-range.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type {
  GetOptions,
  ListRequest,
  ObjectInfo,
  ObjectPage,
  ObjectSlice,
  ObjectStore,
  PutObject,
  PutOptions,
} from '../../ports/object-store.ts';
import type { Machine, Simulation } from '../../runtime/kernel/index.ts';
import type { Counter, Durable, EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { rateOf } from '../rate.ts';
import { KEY_BYTES, LIST_LIMIT, PUT_BYTES } from './cost.ts';
import { FrontEnd } from './front-end.ts';
import { resolveKnobs, type S3Knobs } from './knobs.ts';
import { type ObjectBaseLayer, Objects } from './objects.ts';
import { Partitions } from './partitions.ts';

export interface EmbeddedS3 extends EmbeddedEngine {
  readonly durable: Durable;
  /** The store as a process on this machine sees it. */
  connect(client: Machine): ObjectStore;
  /** The object of this key as it is now, outside time; null: there is none. */
  inspect(key: string): ObjectInfo | null;
  /** Stores an object that was there before the run. */
  preload(key: string, object: PutObject): void;
  /** Keys at which the key space is split, in order; the first is ''. */
  partitions(): readonly string[];
  /** Requests refused with SlowDown since the start of the run. */
  readonly refused: number;
  /** What requests and bytes since the start of the run cost, in dollars; storage is not counted. */
  readonly dollars: number;
}

export interface S3Options {
  readonly knobs?: Partial<S3Knobs>;
  readonly name?: string;
  /** Objects that nobody wrote in the run. */
  readonly baseLayer?: ObjectBaseLayer;
  /** Keys at which a store that has run for long is split already. */
  readonly boundaries?: readonly string[];
}

export function createS3(environment: EngineEnvironment, options: S3Options = {}): EmbeddedS3 {
  const { name = 's3', baseLayer, boundaries } = options;
  const knobs = resolveKnobs(options.knobs);
  const objects = new Objects(baseLayer);
  const partitions = new Partitions(knobs, boundaries);
  const frontEnd = new FrontEnd(environment, name, knobs, partitions);
  const { served } = frontEnd;
  // DELETE is free.
  const dollars = () =>
    (served.get * knobs.getDollarsPerThousand + (served.put + served.list) * knobs.putDollarsPerThousand) /
      1_000 +
    (frontEnd.egressBytes * knobs.egressDollarsPerGB) / 1e9;
  const node: EngineNode = {
    machine: frontEnd.machine,
    stations: [frontEnd.station],
    requests: () => served.get + served.put + served.list + served.delete + frontEnd.refused,
    largestBytes: () => null,
  };
  return {
    name,
    nodes: [node],
    gauges: gaugesOf(name, environment.simulation, frontEnd, partitions, dollars),
    counters: countersOf(frontEnd, dollars),
    connect: (client) => new Client(frontEnd, objects, client),
    inspect: (key) => objects.find(key),
    preload: (key, object) => void objects.put(key, object),
    partitions: () => partitions.starts(),
    durable: objects,
    get refused() {
      return frontEnd.refused;
    },
    get dollars() {
      return dollars();
    },
    // Nothing periodic runs here.
    stop() {},
  };
}

class Client implements ObjectStore {
  readonly #frontEnd: FrontEnd;
  readonly #objects: Objects;
  readonly #machine: Machine;

  constructor(frontEnd: FrontEnd, objects: Objects, machine: Machine) {
    this.#frontEnd = frontEnd;
    this.#objects = objects;
    this.#machine = machine;
  }

  get(context: Context, key: string, options: GetOptions = {}): Promise<ObjectSlice> {
    const operation = 's3.get';
    const run = () => {
      const info = this.#existing(operation, key);
      if (options.ifMatch !== undefined && options.ifMatch !== info.etag)
        throw new PortError('conflict', operation, true, `the tag of '${key}' is ${info.etag}`);
      const answer = slice(operation, info, options.range);
      return { answer, bytes: answer.to - answer.from };
    };
    return this.#send(context, { operation, key, kind: 'get', bodyBytes: 0, run });
  }

  head(context: Context, key: string): Promise<ObjectInfo> {
    const operation = 's3.head';
    const run = () => ({ answer: this.#existing(operation, key), bytes: 0 });
    return this.#send(context, { operation, key, kind: 'get', bodyBytes: 0, run });
  }

  put(context: Context, key: string, object: PutObject, options: PutOptions = {}): Promise<ObjectInfo> {
    const operation = 's3.put';
    const { size, maxAgeS = 0 } = object;
    if (!Number.isSafeInteger(size) || size < 0 || size > PUT_BYTES)
      return refuse(operation, `an object of ${size} bytes`);
    if (!(maxAgeS >= 0)) return refuse(operation, `a lifetime of ${maxAgeS} s`);
    const run = () => {
      const present = this.#objects.find(key);
      if (options.ifAbsent && present !== null)
        throw new PortError('conflict', operation, true, `'${key}' exists`);
      if (options.ifMatch !== undefined && options.ifMatch !== this.#existing(operation, key).etag)
        throw new PortError('conflict', operation, true, `the tag of '${key}' is ${present!.etag}`);
      return { answer: this.#objects.put(key, object), bytes: 0 };
    };
    return this.#send(context, { operation, key, kind: 'put', bodyBytes: size, run });
  }

  list(context: Context, request: ListRequest): Promise<ObjectPage> {
    const operation = 's3.list';
    const { prefix, limit } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT)
      return refuse(operation, `${limit} keys a page, where 1 to ${LIST_LIMIT} can be had`);
    const run = () => ({ answer: this.#objects.list(request), bytes: 0 });
    return this.#frontEnd.request(this.#machine, context, {
      operation,
      key: prefix,
      kind: 'list',
      bodyBytes: 0,
      run,
    });
  }

  delete(context: Context, key: string): Promise<void> {
    const run = () => ({ answer: this.#objects.delete(key), bytes: 0 });
    return this.#send(context, { operation: 's3.delete', key, kind: 'delete', bodyBytes: 0, run });
  }

  #send<T>(context: Context, work: Parameters<FrontEnd['request']>[2]): Promise<T> {
    const { key, operation } = work;
    // S3 counts bytes of UTF-8; ids are ASCII.
    if (key === '' || key.length > KEY_BYTES)
      return refuse(operation, `a key of ${key.length} bytes, where 1 to ${KEY_BYTES} can be had`);
    return this.#frontEnd.request(this.#machine, context, work);
  }

  #existing(operation: string, key: string): ObjectInfo {
    const info = this.#objects.find(key);
    if (info === null) throw new PortError('not-found', operation, true, `there is no object '${key}'`);
    return info;
  }
}

function slice(operation: string, info: ObjectInfo, range: ByteRange | undefined): ObjectSlice {
  const resolved = resolveRange(range, info.size);
  if (resolved === null) throw new UnsatisfiableRange(operation, info.size);
  return { info, from: resolved.from, to: resolved.to };
}

function refuse(operation: string, detail: string): Promise<never> {
  return Promise.reject(new PortError('invalid', operation, true, detail));
}

function gaugesOf(
  name: string,
  simulation: Simulation,
  frontEnd: FrontEnd,
  partitions: Partitions,
  dollars: () => number,
): Gauge[] {
  const egress = rateOf(simulation, () => frontEnd.egressBytes);
  const spending = rateOf(simulation, dollars);
  const scaled = (rate: () => number | null, factor: number) => () => {
    const value = rate();
    return value === null ? null : value * factor;
  };
  const { served } = frontEnd;
  const refused = rateOf(simulation, () => frontEnd.refused);
  const rate = (of: string, unit: string, read: () => number | null, group = 'rate'): Gauge => ({
    name: `${name} ${of}`,
    unit,
    group,
    read,
    sinceLastLook: true,
  });
  return [
    rate(
      'gets',
      'requests/s',
      rateOf(simulation, () => served.get),
    ),
    rate(
      'puts',
      'requests/s',
      rateOf(simulation, () => served.put),
    ),
    rate(
      'lists',
      'requests/s',
      rateOf(simulation, () => served.list),
    ),
    rate(
      'deletes',
      'requests/s',
      rateOf(simulation, () => served.delete),
    ),
    rate('slow downs', 'requests/s', refused),
    rate('egress', 'MB/s', scaled(egress, 1e-6)),
    { name: `${name} partitions`, unit: '1', group: 'load', read: () => partitions.count },
    rate('cost', '$/h', scaled(spending, 3_600), 'cost'),
  ];
}

function countersOf(frontEnd: FrontEnd, dollars: () => number): Counter[] {
  const { served } = frontEnd;
  const labels = { node: frontEnd.machine.name };
  const counter = (name: string, description: string, read: () => number): Counter => ({
    name: `s3_${name}`,
    description,
    labels,
    read,
  });
  return [
    counter('gets', 'Reads of an object, or of what is known of it, that were served.', () => served.get),
    counter('puts', 'Writes of an object that were served.', () => served.put),
    counter('lists', 'Pages of keys that were served.', () => served.list),
    counter('deletes', 'Deletions that were served.', () => served.delete),
    counter('slow_downs', 'Requests that were answered with SlowDown.', () => frontEnd.refused),
    counter('egress_bytes', 'Bytes that were read.', () => frontEnd.egressBytes),
    counter('dollars', 'What requests and bytes have cost.', dollars),
  ];
}
