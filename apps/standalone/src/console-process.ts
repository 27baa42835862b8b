import { randomBytes } from 'node:crypto';
import { consoleEnv } from '@watchpost/console/config';
import { feedEnv } from '@watchpost/feed/config';
import { ingestEnv } from '@watchpost/ingest/config';
import type { Env } from '@watchpost/shared/config/parse-env';
import { workerEnv } from '@watchpost/worker/config';
import { isSet } from './config.ts';

/** The ways to sign in that an operator sets: the console is off without one. */
const waysIn = ['CONSOLE_PASSWORD', 'CONSOLE_TOKENS', 'CONSOLE_PROXY_HEADER'];

/** Whether somebody could sign in to the console. Pure. */
export const isConsoleConfigured = (env: Env): boolean => waysIn.some((name) => isSet(env, name));

/** A new code for a link that logs in once. Its fifteen minutes begin when the console has its database. */
export const makeLinkCode = (): string => randomBytes(32).toString('base64url');

/** The link itself. What stands behind the # reaches no server and no log. */
export const linkOf = (origin: string, code: string): string => `${origin}/#code=${code}`;

const others = Object.keys({ ...ingestEnv, ...workerEnv, ...feedEnv });
const forConsoleOnly = Object.keys(consoleEnv).filter((name) => !others.includes(name));

/** Of the platforms' variables: the console shows pictures, it neither listens nor removes. */
const neverNeeded = ['SLACK_USER_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_VERIFICATION_TOKEN', 'TELEGRAM_WEBHOOK_SECRET'];

/** The environment of the console: no key and no token of the others that it has no use for. Pure. */
export function operatorsEnv(env: Env): Env {
  const unneeded = others.filter((name) => name !== 'PATH' && !Object.hasOwn(consoleEnv, name));
  return { ...env, ...Object.fromEntries([...unneeded, ...neverNeeded].map((name) => [name, undefined])) };
}

/** The environment of the others: who may sign in is none of their business. Pure. */
export const withoutConsole = (env: Env): Env => ({ ...env, ...Object.fromEntries(forConsoleOnly.map((name) => [name, undefined])) });
