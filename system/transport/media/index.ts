/** Audio over HTTP: what composition roots use of it. */
export { type AudioRoutesOptions, audioRoutes } from './audio-routes.ts';
export { createAudioBodies } from './body-source.ts';
export { createJwtUrlSigner, type JwtUrlSigner, type JwtUrlSignerOptions } from './jwt-url-signer.ts';
export { addPurgeRoutes } from './purge-routes.ts';
