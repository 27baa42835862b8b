import { readFileSync } from 'node:fs';
import { AppError } from '../errors.ts';
import type { Env } from './parse-env.ts';

/** Variables whose value may be a secret: a file may hold it instead. Nobody else's are touched: `SOPS_AGE_KEY_FILE` is none of ours. */
export const secretVariables: readonly string[] = [
  'SLACK_API_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_USER_TOKEN',
  'SLACK_VERIFICATION_TOKEN',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_WEBHOOK_SECRET',
  'MESSAGE_KEY',
  'QUARANTINE_KEY',
  'QUOTES_TOKEN',
  'SCHEDULE_SECRETS',
  'SMTP_URL',
  'REDIS_URL',
  'MONGO_CONNECTION_STRING',
  'POSTGRES_URL',
  'CONSOLE_PASSWORD',
  'CONSOLE_TOKENS',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** No secret is longer. Bytes. */
const mostBytes = 65_536;

/**
 * The environment with the secrets that are given as files: `SLACK_API_TOKEN_FILE=/run/secrets/slack_api_token` sets `SLACK_API_TOKEN` to
 * what the file holds, without blanks and line breaks around it; an empty file counts as unset. That is how Docker, Kubernetes and systemd hand secrets over. Throws
 * `config-invalid` naming every file that cannot be read or is too large, and every variable that is set twice; never a value.
 */
export function withSecretFiles(env: Env, read: (file: string) => string = readSecret): Env {
  const found: Env = { ...env };
  const faults: string[] = [];
  for (const name of secretVariables) {
    const variable = `${name}_FILE`;
    const file = env[variable];
    if (!file?.trim()) continue;
    delete found[variable];
    if (env[name]?.trim()) {
      faults.push(`${name} and ${variable} are both set: keep one`);
      continue;
    }
    try {
      const value = read(file.trim()).trim();
      found[name] = value;
    } catch (error) {
      faults.push(`${variable}: ${reasonOf(error)}`);
    }
  }
  if (faults.length > 0) throw new AppError('config-invalid', faults.join('\n'));
  return found;
}

function readSecret(file: string): string {
  const bytes = readFileSync(file);
  if (bytes.length > mostBytes) throw new AppError('config-invalid', `the file has more than ${String(mostBytes)} bytes`);
  return bytes.toString('utf8');
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return (
    { ENOENT: 'there is no such file', EACCES: 'the file may not be read', EISDIR: 'this is a folder' }[code] ?? `cannot be read (${code})`
  );
}
