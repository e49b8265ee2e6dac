/** What a process serves, for whoever is about to call it: two processes of different populations know different listeners. Generated from population.proto by generate.ts: do not edit. */
import type { Context } from '../../ports/context.ts';
import * as wire from '../wire.ts';

export type DescribeRequest = Readonly<Record<string, never>>;

export interface DescribeResponse {
  /** 'playlist' */
  readonly service: string;
  readonly seed: number;
  readonly listeners: number;
}

export interface PopulationApi {
  describe(context: Context, request: DescribeRequest): Promise<DescribeResponse>;
}

export const populationMethods = ['describe'] as const;

export const sizeOfDescribeRequest = (_: DescribeRequest) => 0;

export function writeDescribeRequest(_w: wire.Writer, _m: DescribeRequest): void {}

export function readDescribeRequest(r: wire.Reader): DescribeRequest {
  while (r.at < r.end) r.skip(r.varint());
  return {};
}

export const encodeDescribeRequest = (m: DescribeRequest) => wire.encode(0, writeDescribeRequest, m);
export const decodeDescribeRequest = (bytes: Uint8Array) => readDescribeRequest(new wire.Reader(bytes));

export function sizeOfDescribeResponse(m: DescribeResponse): number {
  let size = 0;
  if (m.service !== '') size += 1 + wire.sizeOfBlock(wire.sizeOfText(m.service));
  if (m.seed !== 0) size += 1 + wire.sizeOfVarint(m.seed);
  if (m.listeners !== 0) size += 1 + wire.sizeOfVarint(m.listeners);
  return size;
}

export function writeDescribeResponse(w: wire.Writer, m: DescribeResponse): void {
  if (m.service !== '') w.text(10, m.service);
  if (m.seed !== 0) w.number(16, m.seed);
  if (m.listeners !== 0) w.number(24, m.listeners);
}

export function readDescribeResponse(r: wire.Reader): DescribeResponse {
  let service = '';
  let seed = 0;
  let listeners = 0;
  while (r.at < r.end) {
    const tag = r.varint();
    if (tag === 10) service = r.text();
    else if (tag === 16) seed = r.varint();
    else if (tag === 24) listeners = r.varint();
    else r.skip(tag);
  }
  return { service, seed, listeners };
}

export const encodeDescribeResponse = (m: DescribeResponse) =>
  wire.encode(sizeOfDescribeResponse(m), writeDescribeResponse, m);
export const decodeDescribeResponse = (bytes: Uint8Array) => readDescribeResponse(new wire.Reader(bytes));

/** How its calls travel between processes. */
export const populationService: wire.Service<PopulationApi> = {
  name: 'rehearsal.population.Population',
  calls: {
    describe: {
      name: 'Describe',
      encodeRequest: encodeDescribeRequest,
      decodeRequest: decodeDescribeRequest,
      encodeResponse: encodeDescribeResponse,
      decodeResponse: decodeDescribeResponse,
    },
  },
};
