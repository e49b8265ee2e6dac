/**
 * Stands in for cryptography where time is virtual: a check value that changes with every field and that nobody can make
 * who does not know the key. It keeps what incidents are about (expiry, rotation, tampering) and is not secure; the cost
 * of a real verification is charged to the gateway's processor by the composition root.
 */
import { mix } from '../hash.ts';

export function signatureOf(secret: number, subject: string, expiresAtNs: number, keyId: number): number {
  let hash = secret ^ keyId;
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  hash = mix(hash ^ (expiresAtNs / 4_294_967_296));
  return mix(hash ^ expiresAtNs);
}
