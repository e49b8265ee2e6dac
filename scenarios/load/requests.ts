/**
 * What a journey is made of: requests as data, and what a right answer to each looks like. A journey is a generator that
 * yields requests and is handed their answers, so that it neither knows who sends them nor whether that waits or awaits.
 */
import type { Draws } from './draws.ts';
import type { Operation } from './objectives.ts';

export interface LoadRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Which of the logged-in listeners sends it. */
  readonly login: number;
  /** The label that delivers it, in the place of a listener. No profile has it, so no script of k6 knows it. */
  readonly label?: string;
  /** What can be found by search once this is done, some time later. */
  readonly findable?: Findable;
  readonly status: number;
  /** That somebody else was faster (409) is a right answer, too: the journey is handed `CONFLICT`. */
  readonly mayConflict?: boolean;
  /** Bytes of a signed URL, which needs no token; last one included. The answer's body is an `AudioPart`. */
  readonly range?: readonly [first: number, last: number];
  /** What is wrong with the body of an answer that came with the right status; null: nothing. */
  readonly complaint: (body: unknown) => Complaint | null;
}

/** A track, and a word of its title that no other has: new tracks are nobody's favourites, and come last among others. */
export interface Findable {
  readonly trackId: string;
  readonly word: string;
}

/** What a generator tells of bytes that it was answered with. */
export interface AudioPart {
  /** The header: 'bytes 0-65535/4300000'. */
  readonly contentRange: string;
  readonly bytes: number;
  /** The first four, as text. */
  readonly begins: string;
}

/** `stale`: the answer lacks what its reader has written before. */
export interface Complaint {
  readonly kind: 'wrong-answer' | 'stale';
  readonly why: string;
}

/** What a journey is handed where a request met a conflict that it allows. */
export const CONFLICT: unknown = Object.freeze({ conflict: true });

/** Handed the body of each answer; undefined where the request failed. */
export type Journey = Generator<LoadRequest, void, unknown>;

export interface Traffic {
  /** What the journey is about; no two of a profile are about the same. */
  readonly operation: Operation;
  /** Further requests of the journey. */
  readonly beside?: readonly Operation[];
  /** Those of whom its requests may be. */
  readonly labels?: readonly string[];
  /** `request`: the same number gives the same requests. */
  readonly journey: (draws: Draws, request: number) => Journey;
}

type Fields = Readonly<Record<string, unknown>>;
export const fields = (body: unknown): Fields =>
  typeof body === 'object' && body !== null ? (body as Fields) : {};
export const isId = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const wrong = (why: string): Complaint => ({ kind: 'wrong-answer', why });
export const nothing = () => null;

export const playlistComplaint = (id: string, owner: string) => (body: unknown) => {
  const { playlistId, ownerId, trackIds } = fields(body);
  if (playlistId !== id) return wrong(`asked for playlist ${id}, got ${String(playlistId)}`);
  if (ownerId !== owner) return wrong(`playlist ${id} belongs to ${owner}, not to ${String(ownerId)}`);
  if (!Array.isArray(trackIds) || trackIds.length === 0 || !trackIds.every(isId))
    return wrong(`playlist ${id} came without tracks`);
  return null;
};

/** An edit is answered with the snapshot that shows it. */
export const editComplaint = (playlist: string) => (body: unknown) => {
  const { snapshot } = fields(body);
  return Number.isSafeInteger(snapshot) && (snapshot as number) > 0
    ? null
    : wrong(`the edit of ${playlist} came back with the snapshot ${String(snapshot)}`);
};
