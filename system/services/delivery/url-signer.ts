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

/** Between the fields of a token; in none of them. */
const SEPARATOR = '~';

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
    sign(_context, { path, maxKbps, listenerId, notBeforeNs, expiresAtNs }) {
      const keyId = keyIdAt(clock.now());
      if (keyId !== signingKey) {
        signingKey = keyId;
        signingSecret = secretOf(keyId);
      }
      const granted = maxKbps === undefined ? path : `${path}~${maxKbps}`;
      const signed = `${keyId}~${notBeforeNs / SECOND}~${expiresAtNs / SECOND}~${listenerId}~${granted}`;
      return `${signed}~${signatureOf(signingSecret, signed, signed.length)}`;
    },

    verify(token, check) {
      const keyEnd = token.indexOf(SEPARATOR);
      const fromEnd = token.indexOf(SEPARATOR, keyEnd + 1);
      const toEnd = token.indexOf(SEPARATOR, fromEnd + 1);
      const listenerEnd = token.indexOf(SEPARATOR, toEnd + 1);
      const pathEnd = token.lastIndexOf(SEPARATOR);
      // One that is missing makes the next search begin anew.
      if (
        !(keyEnd > 0 && fromEnd > keyEnd && toEnd > fromEnd && listenerEnd > toEnd && pathEnd > listenerEnd)
      )
        return 'malformed';
      const keyId = Number(token.slice(0, keyEnd));
      const from = Number(token.slice(keyEnd + 1, fromEnd));
      const to = Number(token.slice(fromEnd + 1, toEnd));
      if (!Number.isInteger(keyId) || !(from <= to)) return 'malformed';
      const { nowNs, toleranceNs } = check;
      const oldest = keyIdAt(nowNs - lifetimeNs - toleranceNs);
      if (keyId < oldest || keyId > keyIdAt(nowNs + toleranceNs)) return 'unknown-key';
      const secret = keyId === signingKey ? signingSecret : secretOf(keyId);
      if (String(signatureOf(secret, token, pathEnd)) !== token.slice(pathEnd + 1)) return 'tampered';
      const grant: UrlGrant = {
        ...grantedBy(token.slice(listenerEnd + 1, pathEnd)),
        listenerId: token.slice(toEnd + 1, listenerEnd),
        notBeforeNs: from * SECOND,
        expiresAtNs: to * SECOND,
      };
      return refusalOf(grant, check) ?? grant;
    },
  };
}

/** A path, or a path and the highest bitrate below it. */
function grantedBy(text: string): Pick<UrlGrant, 'path' | 'maxKbps'> {
  const end = text.indexOf(SEPARATOR);
  return end < 0 ? { path: text } : { path: text.slice(0, end), maxKbps: Number(text.slice(end + 1)) };
}

/** Over the first `length` characters of a token. */
function signatureOf(secret: number, token: string, length: number): number {
  let hash = secret;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return mix(hash);
}
