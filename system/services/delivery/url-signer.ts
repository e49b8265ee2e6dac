/**
 * Stands in for signed tokens where time is virtual: a check value that changes with every field and that nobody can make
 * who does not know the key. It keeps what incidents are about (expiry, rotation, tampering, clocks that differ) and is
 * not secure; the live system signs JWTs instead.
 *
 *   key 7 signs │ key 8 signs │ key 9 signs       keys follow from time alone: whoever signs and whoever checks agree
 *               └ key 7 counts until the last URL that it signed has expired
 */
import { type Clock, type Random, SECOND } from '../../ports/clock.ts';
import {
  type ImmediateUrlSigner,
  type ImmediateUrlVerifier,
  refusalOf,
  type UrlGrant,
} from '../../ports/url-signer.ts';
import { mix } from '../hash.ts';
import type { DeliveryKnobs } from './knobs.ts';

export interface UrlSignerDependencies {
  /** Of whoever signs. */
  readonly clock: Pick<Clock, 'now'>;
  /** Where the keys come from. */
  readonly random: Random;
  readonly knobs: Pick<DeliveryKnobs, 'urlLifetimeS' | 'keyRotationS'>;
}

const SEPARATOR = '~';
const FIELDS = 6;

export function createUrlSigner(
  dependencies: UrlSignerDependencies,
): ImmediateUrlSigner & ImmediateUrlVerifier {
  const { clock, random, knobs } = dependencies;
  const rotationNs = knobs.keyRotationS * SECOND;
  const lifetimeNs = knobs.urlLifetimeS * SECOND;
  const keyIdAt = (ns: number) => 1 + Math.max(0, Math.floor(ns / rotationNs));
  const secretOf = (keyId: number) => Math.floor(random.uniform(keyId) * 2 ** 32);
  let signingKey = 0;
  let signingSecret = 0;

  return {
    sign(_context, { path, listenerId, notBeforeNs, expiresAtNs }) {
      const keyId = keyIdAt(clock.now());
      if (keyId !== signingKey) {
        signingKey = keyId;
        signingSecret = secretOf(keyId);
      }
      const from = notBeforeNs / SECOND;
      const to = expiresAtNs / SECOND;
      const signature = signatureOf(signingSecret, path, listenerId, from, to);
      return `${keyId}~${from}~${to}~${listenerId}~${path}~${signature}`;
    },

    verify(token, check) {
      const fields = token.split(SEPARATOR);
      if (fields.length !== FIELDS) return 'malformed';
      const keyId = Number(fields[0]);
      const from = Number(fields[1]);
      const to = Number(fields[2]);
      if (!Number.isInteger(keyId) || !(from <= to)) return 'malformed';
      const { nowNs, toleranceNs } = check;
      const oldest = keyIdAt(nowNs - lifetimeNs - toleranceNs);
      if (keyId < oldest || keyId > keyIdAt(nowNs + toleranceNs)) return 'unknown-key';
      const listenerId = fields[3]!;
      const path = fields[4]!;
      const secret = keyId === signingKey ? signingSecret : secretOf(keyId);
      if (String(signatureOf(secret, path, listenerId, from, to)) !== fields[5]) return 'tampered';
      const grant: UrlGrant = {
        path,
        listenerId,
        notBeforeNs: from * SECOND,
        expiresAtNs: to * SECOND,
      };
      return refusalOf(grant, check) ?? grant;
    },
  };
}

function signatureOf(secret: number, path: string, listenerId: string, from: number, to: number): number {
  let hash = secret ^ Math.imul(from, 0x9e3779b1);
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  hash = mix(hash ^ to);
  for (let i = 0; i < listenerId.length; i++) hash = Math.imul(hash ^ listenerId.charCodeAt(i), 0x01000193);
  return mix(hash ^ Math.floor(to / 2 ** 32));
}
