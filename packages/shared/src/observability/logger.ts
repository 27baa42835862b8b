import { type DestinationStream, pino, type Logger } from 'pino';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields that must never be printed, wherever a log line carries them. Message text, vectors and tokens are not passed to a log in the first place; this is the second fence. */
const secretFields = ['token', 'authorization', 'headers.authorization', 'text', 'embedding', 'slackToken', 'signingSecret', 'url'];

/** One JSON line an event, to standard output or to `destination`. `name` says which process it was. */
export function createLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { err: serialiseError },
  };
  return destination ? pino(options, destination) : pino(options);
}

interface LoggedError {
  name: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: LoggedError;
}

/** Errors as code, message, stack and causes. Other properties stay out: client libraries hang whole requests, with their tokens, on their errors. */
function serialiseError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { name: 'Thrown', message: redactSecrets(String(thrown)) };
  const logged: LoggedError = { name: thrown.name, message: redactSecrets(thrown.message) };
  if ('code' in thrown && typeof thrown.code === 'string') logged.code = thrown.code;
  if (depth === 0 && thrown.stack) logged.stack = redactSecrets(thrown.stack);
  if (thrown.cause !== undefined && depth < 4) logged.cause = serialiseError(thrown.cause, depth + 1);
  return logged;
}

/** Slack tokens, and the user and password of a connection URL, cut out of a text. */
export function redactSecrets(text: string): string {
  return text
    .replaceAll(/\bx(?:ox[a-z]|app|oxe)[-.][\w.-]+/g, '[token]')
    .replaceAll(/\b([a-z][a-z0-9+]*:\/\/)[^/\s:@]+(?::[^/\s@]*)?@/gi, '$1[redacted]@');
}
