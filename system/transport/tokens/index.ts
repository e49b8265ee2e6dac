export {
  AUDIENCE,
  type AuthorizationEvent,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './authorization-server.ts';
export { DEVELOPMENT_PASSWORD, developmentClients, type Grant, type OAuthClient } from './clients.ts';
export { createJwtVerifier, type JwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';
export { scheduleKeyRotation } from './key-rotation.ts';
export type { KeySource } from './key-set.ts';
export type { Lifetimes } from './provider-configuration.ts';
export { SCOPES } from './scopes.ts';
export { requireScope, type Verified } from './verified.ts';
