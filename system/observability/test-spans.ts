import type { Span } from './span.ts';

/** A span of which only some fields matter. */
export function aSpan(given: Partial<Span> = {}): Span {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    parentSpanId: null,
    correlationId: 'abc',
    operation: 'playlist.getPlaylist',
    instance: 'playlist-1',
    startNs: 0,
    durationNs: 1e6,
    error: null,
    notable: false,
    attempt: 0,
    sampled: true,
    ...given,
  };
}
