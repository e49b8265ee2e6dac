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

/** What all tokens begin with that were signed in the same second. */
interface Head {
  readonly keyId: number;
  /** In s. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Of the key. */
  readonly secret: number;
}

export function createUrlSigner(
  dependencies: UrlSignerDependencies,
): ImmediateUrlSigner & ImmediateUrlVerifier {
  const { clock, random, knobs } = dependencies;
  const rotationNs = knobs.keyRotationS * SECOND;
  const lifetimeNs = knobs.urlLifetimeS * SECOND;
  const keyIdAt = (ns: number) => 1 + Math.max(0, Math.floor(ns / rotationNs));
  const secretOf = (keyId: number) => Math.floor(random.uniform(keyId) * 2 ** 32);
  const headOf = (keyId: number, from: number, to: number, text = `${keyId}~${from}~${to}~`): Head => ({
    keyId,
    from,
    to,
    text,
    secret: secretOf(keyId),
  });
  /** Of the last token that was signed: most that are checked have it too. */
  let last = headOf(0, 0, 0);

  /** Null: it has none. */
  function readHead(token: string): Head | null {
    const keyEnd = token.indexOf(SEPARATOR);
    const fromEnd = token.indexOf(SEPARATOR, keyEnd + 1);
    const toEnd = token.indexOf(SEPARATOR, fromEnd + 1);
    // One that is missing makes the next search begin anew.
    if (!(keyEnd > 0 && fromEnd > keyEnd && toEnd > fromEnd)) return null;
    const keyId = Number(token.slice(0, keyEnd));
    const from = Number(token.slice(keyEnd + 1, fromEnd));
    const to = Number(token.slice(fromEnd + 1, toEnd));
    if (!Number.isInteger(keyId) || !(from <= to)) return null;
    return headOf(keyId, from, to, token.slice(0, toEnd + 1));
  }

  return {
    sign(_context, { path, maxKbps, listenerId, notBeforeNs, expiresAtNs }) {
      const keyId = keyIdAt(clock.now());
      const from = notBeforeNs / SECOND;
      const to = expiresAtNs / SECOND;
      if (keyId !== last.keyId || from !== last.from || to !== last.to) last = headOf(keyId, from, to);
      const granted = maxKbps === undefined ? path : `${path}~${maxKbps}`;
      const signed = `${last.text}${listenerId}~${granted}`;
      return `${signed}~${signatureOf(last.secret, signed, signed.length)}`;
    },

    verify(token, check) {
      const head = token.startsWith(last.text) ? last : readHead(token);
      if (head === null) return 'malformed';
      const { keyId, from, to, text, secret } = head;
      const listenerEnd = token.indexOf(SEPARATOR, text.length);
      const pathEnd = token.lastIndexOf(SEPARATOR);
      if (!(listenerEnd > text.length && pathEnd > listenerEnd)) return 'malformed';
      const { nowNs, toleranceNs } = check;
      const oldest = keyIdAt(nowNs - lifetimeNs - toleranceNs);
      if (keyId < oldest || keyId > keyIdAt(nowNs + toleranceNs)) return 'unknown-key';
      if (String(signatureOf(secret, token, pathEnd)) !== token.slice(pathEnd + 1)) return 'tampered';
      const grant: UrlGrant = {
        ...grantedBy(token.slice(listenerEnd + 1, pathEnd)),
        listenerId: token.slice(text.length, listenerEnd),
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
