/** The content delivery network: what composition roots and scenarios may use of it. */

export { AccessLines, downloadMs } from './access-line.ts';
export type { EvictionPolicy } from './chunk-cache.ts';
export {
  createEdge,
  type EdgeFigures,
  type EdgeOptions,
  type EmbeddedEdge,
  type PointOfPresence,
} from './edge.ts';
export { PLACES, SITES } from './geography.ts';
export { type EdgeKnobs, edgeKnobs } from './knobs.ts';
export { BUFFER_RULES, type PlaybackReport, simulatePlayback } from './playback.ts';
export type { WarmSource } from './warm-contents.ts';
export type { SiteFault } from './wide-area.ts';
