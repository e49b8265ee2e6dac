/** The content delivery network: what composition roots and scenarios may use of it. */
export type { EvictionPolicy } from './chunk-cache.ts';
export { createEdge, type EdgeFigures, type EdgeOptions, type EmbeddedEdge } from './edge.ts';
export { PLACES, SITES } from './geography.ts';
export { type EdgeKnobs, edgeKnobs } from './knobs.ts';
export type { SiteFault } from './wide-area.ts';
