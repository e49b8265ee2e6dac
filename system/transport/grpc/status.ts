/**
 * Errors between processes. A gRPC status says less than an error here does, so kind, outcome and back-off travel beside
 * it in the trailers; whoever does not send them (another implementation) is understood by the status alone.
 */
import {
  type Metadata,
  Metadata as MetadataClass,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { type ErrorKind, PortError } from '../../ports/errors.ts';

const KIND = 'rehearsal-error-kind';
const DEFINITE = 'rehearsal-error-definite';
const DETAIL = 'rehearsal-error-detail-bin';
const RETRY_AFTER_MS = 'rehearsal-retry-after-ms';

const CODES: Readonly<Record<ErrorKind, status>> = {
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  timeout: status.DEADLINE_EXCEEDED,
  unavailable: status.UNAVAILABLE,
  reset: status.UNAVAILABLE,
  overloaded: status.RESOURCE_EXHAUSTED,
  'rate-limited': status.RESOURCE_EXHAUSTED,
  'circuit-open': status.UNAVAILABLE,
  unauthenticated: status.UNAUTHENTICATED,
  'permission-denied': status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  invalid: status.INVALID_ARGUMENT,
  conflict: status.ABORTED,
  internal: status.INTERNAL,
};

/** What a status alone means. `definite`: nothing can have happened there. */
const KINDS: Readonly<Partial<Record<status, readonly [ErrorKind, boolean]>>> = {
  [status.CANCELLED]: ['cancelled', false],
  [status.INVALID_ARGUMENT]: ['invalid', true],
  [status.DEADLINE_EXCEEDED]: ['deadline-exceeded', false],
  [status.NOT_FOUND]: ['not-found', true],
  [status.ALREADY_EXISTS]: ['conflict', true],
  [status.PERMISSION_DENIED]: ['permission-denied', true],
  [status.RESOURCE_EXHAUSTED]: ['overloaded', true],
  [status.FAILED_PRECONDITION]: ['conflict', true],
  [status.ABORTED]: ['conflict', true],
  [status.OUT_OF_RANGE]: ['invalid', true],
  // Who asked the gateway did nothing wrong: the address is another service's, or one of another version.
  [status.UNIMPLEMENTED]: ['unavailable', true],
  [status.UNAVAILABLE]: ['unavailable', false],
  [status.UNAUTHENTICATED]: ['unauthenticated', true],
};

/** Where the library itself gives up, its details name addresses, which are nobody's business outside. */
const WORDS: Readonly<Partial<Record<status, string>>> = {
  [status.CANCELLED]: '',
  [status.DEADLINE_EXCEEDED]: '',
  [status.UNAVAILABLE]: 'a service behind cannot be reached',
  [status.UNIMPLEMENTED]: 'a service behind does not know this call: another one has its address',
};

export function statusOf(error: unknown): Partial<StatusObject> {
  // What broke inside stays inside; the caller learns that something did.
  if (!(error instanceof PortError)) return { code: status.INTERNAL, details: 'internal' };
  const metadata = new MetadataClass();
  metadata.set(KIND, error.kind);
  metadata.set(DEFINITE, String(error.definite));
  const prefix = `${error.operation}: ${error.kind}: `;
  const detail = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : '';
  if (detail !== '') metadata.set(DETAIL, Buffer.from(detail));
  if (error.retryAfterMs !== undefined) metadata.set(RETRY_AFTER_MS, String(error.retryAfterMs));
  return { code: CODES[error.kind], details: error.kind, metadata };
}

/** `address`: where the call went. */
export function errorOf(operation: string, error: ServiceError, address: string): PortError {
  const { metadata } = error;
  const kind = text(metadata, KIND);
  if (kind !== undefined && kind in CODES) {
    const retryAfterMs = Number(text(metadata, RETRY_AFTER_MS));
    return new PortError(
      kind as ErrorKind,
      operation,
      text(metadata, DEFINITE) === 'true',
      text(metadata, DETAIL) ?? '',
      Number.isFinite(retryAfterMs) ? retryAfterMs : undefined,
    );
  }
  const [known, definite] = KINDS[error.code] ?? (['internal', false] as const);
  const understood = new PortError(
    known,
    operation,
    definite || isUnsent(error),
    WORDS[error.code] ?? error.details,
  );
  // For whoever has to find out.
  understood.cause = new Error(`${address}: ${error.details}`, { cause: error });
  return understood;
}

/** No connection, so the call never left this process. */
function isUnsent({ code, details }: ServiceError): boolean {
  return code === status.UNAVAILABLE && /^(No connection established|Name resolution failed)/.test(details);
}

function text(metadata: Metadata | undefined, key: string): string | undefined {
  const value = metadata?.get(key)[0];
  return value === undefined ? undefined : String(value);
}
