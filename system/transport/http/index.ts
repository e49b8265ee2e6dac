export { createDrain, type DrainOptions } from './drain.ts';
export type { Admit, Bearer, BearerVerifier } from './guard.ts';
export { type LabelApi, PUBLICATIONS, type PublicApi, ROUTES, type Route } from './routes/index.ts';
export { createHttpServer, type HttpOptions, type LiveSystem } from './server.ts';
export { OLDEST_PLAY_MS } from './times.ts';
export type { Unparsed } from './unparsed.ts';
