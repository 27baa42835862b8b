import { type DestinationStream, pino, symbols, type LogFn, type Logger } from 'pino';
import { fileOutput } from './standard-output.ts';

export type { Logger };

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields that are never printed, wherever a log line has them. Message text, vectors and tokens should not reach a log in the first place; this is a second line of defence. */
const secretFields = ['token', 'authorization', 'headers.authorization', 'text', 'embedding', 'slackToken', 'signingSecret', 'url'];

/** Logs one JSON line per event, to standard output or to `destination`. `name`: of the process. */
export function createLogger(name: string, level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { err: serialiseError },
    formatters: { log: (fields: Record<string, unknown>) => redactFields(fields) },
    hooks: {
      logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn) {
        const [first] = args;
        // Without a message pino takes the error's own.
        if (args.length === 1) args.push(...messageOf(first));
        for (const [index, arg] of args.entries()) if (typeof arg === 'string') args[index] = redactSecrets(arg);
        method.apply(this, args);
      },
    },
  };
  const write = fileOutput(1);
  const output = destination ?? (write && { write });
  return output ? pino(options, output) : pino(options);
}

/**
 * To be called when whoever read the log is gone. Otherwise pino tries to write the last lines at exit, again and again for ever
 * (sonic-boom's flushSync does not end on EPIPE), and the process never ends.
 */
export function giveUpFlushing(log: Logger): void {
  const stream: unknown = Reflect.get(log, symbols.streamSym);
  if (typeof stream === 'object' && stream !== null && 'flushSync' in stream) stream.flushSync = (): void => undefined;
}

interface LoggedError {
  name: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: LoggedError;
}

/** Errors as code, message, stack and causes. Other properties are left out: client libraries attach whole requests, with their tokens. */
function serialiseError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { name: 'Thrown', message: redactSecrets(String(thrown)) };
  const logged: LoggedError = { name: thrown.name, message: redactSecrets(thrown.message) };
  if ('code' in thrown && typeof thrown.code === 'string') logged.code = thrown.code;
  if (depth === 0 && thrown.stack) logged.stack = redactSecrets(thrown.stack);
  if (thrown.cause !== undefined && depth < 4) logged.cause = serialiseError(thrown.cause, depth + 1);
  return logged;
}

/** The message that pino would take from an error that is logged without one. */
function messageOf(logged: unknown): string[] {
  const error = typeof logged === 'object' && logged !== null && 'err' in logged ? logged.err : logged;
  return error instanceof Error ? [error.message] : [];
}

/** Every text among a line's fields, in lists and plain objects too. Errors are left to their serialiser. */
function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(value, 0)]));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (depth === 4 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redactValue(entry, depth + 1)]));
}

/** Names of settings that hold a secret, as in `?password=…`, `sslpassword=…` or `"access_token": "…"`. */
const secretName = String.raw`[\w.-]*(?:password|passwd|passphrase|pwd|token|secret|api[_-]?key)[\w.-]*`;
const secretSetting = new RegExp(String.raw`(${secretName}=)(?:'[^']*'|"[^"]*"|[^\s&]+)|("${secretName}"\s*:\s*)"[^"]*"`, 'gi');

/**
 * Removes secrets from a text: tokens of Slack and Telegram, `Bearer` and `Basic` credentials, the user and password of connection URLs,
 * and settings whose name says that they are one. A password may hold `@` and `/`, so everything up to the last `@` of a URL goes: rather too much
 * than too little. Not of file URLs, which stacks are made of.
 */
export function redactSecrets(text: string): string {
  return (
    text
      .replaceAll(/\bx(?:ox[a-z]|app|oxe|wfp)[-.][\w.-]+/g, '[token]')
      // Telegram's stands in addresses too, after `bot`.
      .replaceAll(/\d{1,16}(?::|%3A)[\w-]{20,}/gi, '[token]')
      .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 [redacted]')
      .replaceAll(/\b(?!file:)([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1[redacted]@')
      .replaceAll(secretSetting, (_all, setting?: string, field?: string) =>
        setting === undefined ? `${field}"[redacted]"` : `${setting}[redacted]`,
      )
  );
}
