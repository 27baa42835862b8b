import path from 'node:path';
import { loadConfig as loadConsoleConfig } from '@watchpost/console/config';
import { feedEnv, loadConfig as loadFeedConfig } from '@watchpost/feed/config';
import { ingestEnv, loadConfig as loadIngestConfig } from '@watchpost/ingest/config';
import { noPlatform } from '@watchpost/shared/chat/platforms-missing';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import type { LogLevel } from '@watchpost/shared/observability/logger';
import { loadConfig as loadWorkerConfig, workerEnv } from '@watchpost/worker/config';
import { dataDirOf, isSet, loadLauncherConfig } from './config.ts';
import { isConsoleConfigured, makeLinkCode, operatorsEnv } from './console-process.ts';
import { inVariableOrder } from './variable-order.ts';

/** The platforms that the demonstration can emulate. */
export type Demo = 'slack' | 'telegram';

/** What `npm start` has to start besides ingest and worker. */
export interface Plan {
  /** The parts for which no URL is set; they are kept in the embedded database. */
  embedded: ('queue' | 'gallery')[];
  /** Which platform to emulate, with cameras, on a database of its own; false: none. */
  demo: Demo | false;
  /** Folder of the embedded database. */
  dataDir: string;
}

/** Where a database is. The demonstration uses none of them. */
const databaseUrls = ['REDIS_URL', 'MONGO_CONNECTION_STRING', 'POSTGRES_URL'];
/** Which chats there are to talk to. The demonstration uses its own. */
const chats = [
  'SLACK_API_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_VERIFICATION_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_API_URL',
  'SLACK_FILE_HOSTS',
  'SLACK_USER_TOKEN',
  'READ_SLACK_CHANNEL_ID',
  'WRITE_SLACK_CHANNEL_ID',
  'ADMIN_SLACK_CHANNEL_ID',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_API_URL',
  'TELEGRAM_WEBHOOK_SECRET',
  'TELEGRAM_WEBHOOK_URL',
  'READ_TELEGRAM_CHAT_ID',
  'WRITE_TELEGRAM_CHAT_ID',
  'TELEGRAM_ADMINS',
  'TELEGRAM_ALLOWED',
];
/** Whoever sets one of these means an installation, not the demonstration. */
const installation = [...databaseUrls, ...chats];

/** Whether neither a chat platform nor a database is configured. Pure. */
export const nothingIsSet = (env: Env): boolean => !installation.some((name) => isSet(env, name));

/** The folder of a demonstration: drawn strangers never get into the gallery of an installation. */
export const demoDataDirOf = (env: Env, demo: Demo): string => path.join(dataDirOf(env), demo === 'slack' ? 'demo' : `demo-${demo}`);

/** Decides from the environment. `demo`: what the command line says of the demonstration, if anything. Pure. */
export function planFor(env: Env, demo: Demo | false = nothingIsSet(env) ? 'slack' : false): Plan {
  if (demo) return { embedded: ['queue', 'gallery'], demo, dataDir: demoDataDirOf(env, demo) };
  const embedded: Plan['embedded'] = [];
  if (!isSet(env, 'REDIS_URL') && !isSet(env, 'POSTGRES_URL')) embedded.push('queue');
  if (!isSet(env, 'MONGO_CONNECTION_STRING') && !isSet(env, 'POSTGRES_URL')) embedded.push('gallery');
  return { embedded, demo, dataDir: dataDirOf(env) };
}

/** Whether the console is started: in the demonstration always, else where somebody could sign in. Pure. */
export const hasConsole = (env: Env, { demo }: Plan): boolean => demo !== false || isConsoleConfigured(env);

/** A variable that the launcher provides is right, whatever it will be. */
const provided = { SLACK_API_TOKEN: 'xoxb', SLACK_SIGNING_SECRET: 's', READ_SLACK_CHANNEL_ID: 'C1', WRITE_SLACK_CHANNEL_ID: 'C2' };

/** Whether something is missing that only the demonstration does without. */
const lacksChat = (env: Env): boolean =>
  !isSet(env, 'TELEGRAM_BOT_TOKEN') &&
  (['SLACK_API_TOKEN', 'READ_SLACK_CHANNEL_ID', 'WRITE_SLACK_CHANNEL_ID'].some((name) => !isSet(env, name)) ||
    !['SLACK_SIGNING_SECRET', 'SLACK_VERIFICATION_TOKEN', 'SLACK_APP_TOKEN'].some((name) => isSet(env, name)));

/**
 * Throws `config-invalid` with every fault of the variables that launcher, ingest, worker, feed and console read, before anything is started. Says how
 * to get the demonstration where no platform's variables are complete, unless `demo` tells that somebody has decided about it. Pure.
 */
export function checkConfig(env: Env, plan: Plan, demo?: Demo | false): void {
  const demoEnv = plan.demo ? provided : undefined;
  const databaseUrl = plan.embedded.length > 0 ? 'postgres://embedded/watchpost' : undefined;
  const childrens = childEnv(env, { ports: { ingest: 1, worker: 1, feed: null }, databaseUrl, demoEnv });
  const faults = new Set(
    [
      () => loadLauncherConfig(env),
      () => loadIngestConfig(childrens),
      () => loadWorkerConfig(childrens),
      () => loadFeedConfig(childrens),
      ...(hasConsole(env, plan)
        ? [() => loadConsoleConfig({ ...operatorsEnv(childrens), ...(plan.demo && { CONSOLE_LINK_CODE: makeLinkCode() }) })]
        : []),
    ].flatMap(faultsOf),
  );
  // Ingest also reads the secrets, and so tells whether somebody means to use a platform.
  if (!faultsOf(() => loadIngestConfig(childrens)).includes(noPlatform)) faults.delete(noPlatform);
  if (faults.size === 0) return;
  const hint = !plan.demo && demo === undefined && lacksChat(env) ? ['To start the demonstration instead: npm start -- --demo'] : [];
  throw new AppError('config-invalid', [...inVariableOrder(faults), ...hint].join('\n'));
}

function faultsOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof AppError && error.code === 'config-invalid') return error.message.split('\n');
    throw error;
  }
}

/** What our processes get instead of the launcher's own variables. */
export interface Provided {
  ports: {
    ingest: number;
    worker: number;
    /** Null: none is started. */ feed: number | null;
    /** Absent or null: none is started. */ console?: number | null;
  };
  /** URL of the embedded database. */
  databaseUrl?: string | undefined;
  /** The variables of the emulated platform. */
  demoEnv?: Env | undefined;
}

/** With an emulated platform people look at the page, not at the log; and nobody else has to reach ingest or worker. */
const demoDefaults = { LOG_LEVEL: 'warn', HOST: '127.0.0.1' } as const;

/** The environment of our processes. Pure. */
export function childEnv(env: Env, { ports, databaseUrl, demoEnv }: Provided): Env {
  const defaults = Object.entries(demoEnv ? demoDefaults : {}).filter(([name]) => !isSet(env, name));
  return {
    ...env,
    ...Object.fromEntries(defaults),
    ...(demoEnv && Object.fromEntries(installation.map((name) => [name, undefined]))),
    ...demoEnv,
    PORT: String(ports.ingest),
    WORKER_PORT: String(ports.worker),
    ...(ports.feed !== null && { FEED_PORT: String(ports.feed) }),
    ...(typeof ports.console === 'number' && { CONSOLE_PORT: String(ports.console) }),
    // What the environment says of other servers is not meant for the embedded one.
    ...(databaseUrl !== undefined && { POSTGRES_URL: databaseUrl, PGOPTIONS: undefined, PGSSLNEGOTIATION: undefined }),
  };
}

/** The environment of the feed process: readers talk to it, so it is given no token and no key of the others. Pure. */
export function readersEnv(env: Env): Env {
  const others = Object.keys({ ...ingestEnv, ...workerEnv }).filter((name) => name !== 'PATH' && !Object.hasOwn(feedEnv, name));
  return { ...env, ...Object.fromEntries(others.map((name) => [name, undefined])) };
}

/** The level of the embedded database's log, by the same rule. */
export const logLevelOf = (env: Env, level: LogLevel, { demo }: Plan): LogLevel =>
  demo && !isSet(env, 'LOG_LEVEL') ? demoDefaults.LOG_LEVEL : level;

/** The address that ingest and worker listen on, by the same rule. */
export const hostOf = (env: Env, host: string, { demo }: Plan): string => (demo && !isSet(env, 'HOST') ? demoDefaults.HOST : host);

/** How to call the command line from another terminal so that it finds the demonstration's gallery. Pure. */
export function demoCommand(env: Env, dataDir: string, besideData: boolean): string {
  const unset = ['MONGO_CONNECTION_STRING', 'POSTGRES_URL'].filter((name) => isSet(env, name)).map((name) => `-u ${name} `);
  const folder = besideData || !nothingIsSet(env) ? `DATA_DIR='${dataDir.replaceAll("'", String.raw`'\''`)}' ` : '';
  return `${unset.length > 0 ? `env ${unset.join('')}` : ''}${folder}npm run --silent watchpost --`;
}
