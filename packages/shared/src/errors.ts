/**
 * Every failure that watchpost names: a stable code, and whether another attempt can help.
 * docs/errors.md explains each code to operators; a test compares the two both ways.
 */
export const errorCodes = {
  'config-invalid': 'permanent',
  internal: 'transient',
  aborted: 'transient',
  // The queue.
  'job-invalid': 'permanent',
  'job-newer': 'transient',
  'job-missing': 'permanent',
  'job-refused': 'permanent',
  'job-worker-lost': 'permanent',
  'queue-unavailable': 'transient',
  // Requests to the ingest process.
  'request-malformed': 'permanent',
  'request-rate-limited': 'transient',
  'request-timeout': 'transient',
  'request-too-large': 'permanent',
  'request-unauthorised': 'permanent',
  'request-unsupported': 'permanent',
  'route-unknown': 'permanent',
  // People at the console.
  'request-forbidden': 'permanent',
  'sign-in-limited': 'transient',
  'sign-in-refused': 'permanent',
  'sign-in-unavailable': 'transient',
  'slack-identity-unknown': 'transient',
  'telegram-identity-unknown': 'transient',
  // Rules.
  'envelope-unreadable': 'permanent',
  'pattern-invalid': 'permanent',
  'quarantine-key-missing': 'permanent',
  'rule-invalid': 'permanent',
  'rule-name-taken': 'permanent',
  'rule-not-found': 'permanent',
  'violation-missing': 'permanent',
  'violation-busy': 'transient',
  'violation-waiting': 'transient',
  'extraction-failed': 'transient',
  'removal-refused': 'permanent',
  'removal-unconfirmed': 'transient',
  // Calls to the chat platform.
  'chat-not-authorised': 'repairable',
  'chat-refused': 'permanent',
  'chat-rate-limited': 'transient',
  'chat-unavailable': 'transient',
  'channel-not-available': 'repairable',
  'chat-closed': 'permanent',
  // Readers of feeds.
  'feed-not-ready': 'transient',
  'feed-unknown': 'permanent',
  'entry-unknown': 'permanent',
  // Bringing pictures to where readers load them.
  'destination-refused': 'permanent',
  'destination-unavailable': 'transient',
  'handoff-busy': 'transient',
  'handoff-waiting': 'transient',
  // Files on the chat platform.
  'file-external': 'permanent',
  'file-forbidden': 'transient',
  'file-gone': 'permanent',
  'file-host-refused': 'permanent',
  'file-not-ready': 'transient',
  'file-too-large': 'permanent',
  'download-failed': 'transient',
  'post-unconfirmed': 'transient',
  'upload-failed': 'transient',
  // The worker's pipelines.
  'gallery-not-ready': 'transient',
  'record-missing': 'permanent',
  // Cameras.
  'settings-invalid': 'permanent',
  'snapshot-unknown': 'permanent',
  'visit-missing': 'permanent',
  'visit-busy': 'transient',
  'notice-missing': 'permanent',
  'same-frame-in-progress': 'transient',
  // npm start.
  'build-missing': 'permanent',
  'data-dir-in-use': 'permanent',
  'data-dir-unusable': 'permanent',
  'embedded-database-failed': 'permanent',
  'host-unavailable': 'permanent',
  'port-forbidden': 'permanent',
  'port-in-use': 'permanent',
  'process-failed': 'permanent',
  // The gallery and the records.
  'gallery-unavailable': 'transient',
  'gallery-refused': 'permanent',
  'database-newer': 'transient',
  'database-incompatible': 'permanent',
  'name-invalid': 'permanent',
  'name-taken': 'permanent',
  'person-not-found': 'permanent',
  'change-refused': 'permanent',
  'record-conflict': 'transient',
  'document-conflict': 'transient',
  // Moving in, backing up, other models.
  'archive-invalid': 'permanent',
  'restore-differs': 'permanent',
  'move-refused': 'permanent',
  'face-ambiguous': 'permanent',
  'face-missing': 'permanent',
  'face-of-another': 'permanent',
  'face-too-blurred': 'permanent',
  'face-too-small': 'permanent',
  'file-exists': 'permanent',
  'gallery-not-empty': 'permanent',
  'import-source-empty': 'permanent',
  'search-index-not-ready': 'transient',
  // Conversations.
  'talk-busy': 'transient',
  'quote-invalid': 'permanent',
  'quote-unknown': 'permanent',
  // Addresses outside, and what is made of what they have.
  'address-refused': 'permanent',
  'fetch-failed': 'transient',
  'fetch-refused': 'permanent',
  'conversion-failed': 'permanent',
  'converter-missing': 'permanent',
  // Jobs on a schedule, mail.
  'schedule-invalid': 'permanent',
  'schedule-busy': 'transient',
  'mail-refused': 'permanent',
  'mail-unavailable': 'transient',
  // Finding and recognising faces.
  'image-empty': 'permanent',
  'image-format-unsupported': 'permanent',
  'image-format-heic': 'permanent',
  'image-corrupt': 'permanent',
  'image-too-many-pixels': 'permanent',
  'inference-crashed': 'transient',
  'inference-timeout': 'transient',
  'engine-failed': 'permanent',
  'embedding-model-invalid': 'permanent',
  'file-unreadable': 'permanent',
  'file-unwritable': 'permanent',
  // The command line.
  'output-failed': 'permanent',
  'usage-invalid': 'permanent',
} as const satisfies Record<string, Retry>;

/**
 * `permanent`: the same input always fails in the same way. `transient`: a later attempt may succeed. `repairable`: nothing is wrong with
 * the work, but a person must repair something first, such as a token; work waits until then and uses up no attempt.
 */
export type Retry = 'permanent' | 'transient' | 'repairable';
export type ErrorCode = keyof typeof errorCodes;

const operatorFaults: ReadonlySet<string> = new Set<ErrorCode>([
  'build-missing',
  'config-invalid',
  'data-dir-in-use',
  'data-dir-unusable',
  'host-unavailable',
  'port-forbidden',
  'port-in-use',
  'usage-invalid',
]);

/** Whether a code stands for a mistake in how a process was started. Its message says everything: neither stack nor cause is printed. */
export const isOperatorFault = (code: string): boolean => operatorFaults.has(code);

export interface AppErrorOptions {
  cause?: unknown;
  /** How long the other side asked us to wait (for example in Slack's Retry-After), milliseconds. */
  retryAfterMs?: number;
}

/** The one error class of the project. `retry` follows from the code. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retry = errorCodes[code];
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Anything thrown as an AppError: ours unchanged, an abort as `aborted`, the rest as `internal` (transient) with its cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new AppError('aborted', 'stopped before it was done', { cause: thrown });
  return new AppError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
