/** One piece of work for one request at one instance, when it is over. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: nobody above it is known. */
  readonly parentSpanId: string | null;
  readonly correlationId: string | null;
  /** 'playlist.getPlaylist' */
  readonly operation: string;
  /** 'playlist-3'; the process's own name for what came in from outside. */
  readonly instance: string;
  /** On the clock of the system. */
  readonly startNs: number;
  readonly durationNs: number;
  /** The kind of error, or null: it went well. */
  readonly error: string | null;
  /** It is the system's failure, or took longer than its objective says. */
  readonly notable: boolean;
  readonly attempt: number;
  /** Status of the answer where the work came in by HTTP. */
  readonly status?: number;
  /** False: the request was not sampled, and only this piece of it is known, because it is notable. */
  readonly sampled: boolean;
}

export const serviceOf = (operation: string): string => operation.split('.', 1)[0]!;
