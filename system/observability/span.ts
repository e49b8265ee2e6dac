/** What a call of an engine is about. */
export interface EngineCall {
  /** 'cassandra.select playlist_tracks' */
  readonly name: string;
  /** By their names in OpenTelemetry's semantic conventions. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One piece of work for one request at one instance, or its wait for an engine, when it is over. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: nobody above it is known. */
  readonly parentSpanId: string | null;
  readonly correlationId: string | null;
  /** 'playlist.getPlaylist'; of a call of an engine its name. */
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
  /** The caller's side of a call of an engine (OpenTelemetry's kind CLIENT); left out: work that was served. */
  readonly client?: {
    /** 'playlist' */
    readonly service: string;
    readonly attributes: EngineCall['attributes'];
  };
  /** False: the request was not sampled, and only this piece of it is known, because it is notable. */
  readonly sampled: boolean;
}

/** Whose span it is. */
export const serviceOf = ({ operation, client }: Span): string => client?.service ?? ownerOf(operation);

/** 'playlist' of 'playlist.getPlaylist' */
export const ownerOf = (operation: string): string => operation.split('.', 1)[0]!;
