/** Who may call whom. Between services both sides show a certificate of the same authority, or nothing is encrypted at all. */
import { type ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js';

/** PEM texts: the authority that both sides trust, and this side's own certificate and key. */
export interface MutualTls {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const bytes = (text: string) => Buffer.from(text);

export function serverCredentials(tls: MutualTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { private_key: bytes(tls.key), cert_chain: bytes(tls.certificate) };
  // Clients without a certificate of the authority are refused.
  return ServerCredentials.createSsl(bytes(tls.authority), [pair], true);
}

export function clientCredentials(tls: MutualTls | null): ChannelCredentials {
  if (tls === null) return credentials.createInsecure();
  return credentials.createSsl(bytes(tls.authority), bytes(tls.key), bytes(tls.certificate));
}
