import { AppError } from '@watchpost/shared/errors';

/** Nothing changes until a person repairs something: `what` says what it is and what to do. */
export const refused = (what: string, cause?: unknown): AppError => new AppError('destination-refused', what, { cause });

/** A later attempt may succeed. */
export const unavailable = (what: string, cause?: unknown): AppError => new AppError('destination-unavailable', what, { cause });

/** The code that Node gives an error of the system or of TLS: `ECONNREFUSED`; empty: it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? '' : codeOf(error.cause);
}

const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether a server's certificate is not to be trusted. */
export const isUntrusted = (error: unknown): boolean => untrusted.has(codeOf(error));

/** What was thrown as `aborted` if our own signal was behind it, else as `translate` says. Errors of ours stay as they are. */
export function translated(error: unknown, signal: AbortSignal, translate: (error: unknown) => AppError): AppError {
  if (signal.aborted) return new AppError('aborted', 'stopped before it was done', { cause: error });
  return error instanceof AppError && error.code !== 'aborted' ? error : translate(error);
}
