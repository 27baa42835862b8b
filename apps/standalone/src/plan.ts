import type { Env } from '@watchpost/shared/config/parse-env';
import type { LogLevel } from '@watchpost/shared/observability/logger';
import { dataDirOf, isSet } from './config.ts';

/** What `npm start` has to start besides ingest and worker. */
export interface Plan {
  /** The parts for which no URL is set; they are kept in the embedded database. */
  embedded: ('queue' | 'gallery')[];
  /** There is no Slack token: start an emulated Slack with cameras. */
  emulatedSlack: boolean;
  /** Folder of the embedded database. */
  dataDir: string;
}

/** Decides from the environment. Pure. */
export function planFor(env: Env): Plan {
  const embedded: Plan['embedded'] = [];
  if (!isSet(env, 'REDIS_URL') && !isSet(env, 'POSTGRES_URL')) embedded.push('queue');
  if (!isSet(env, 'MONGO_CONNECTION_STRING') && !isSet(env, 'POSTGRES_URL')) embedded.push('gallery');
  return { embedded, emulatedSlack: !isSet(env, 'SLACK_API_TOKEN'), dataDir: dataDirOf(env) };
}

/** What ingest and worker get instead of the launcher's own variables. */
export interface Provided {
  port: number;
  workerPort: number;
  /** URL of the embedded database. */
  databaseUrl?: string | undefined;
  /** The variables of the emulated Slack. */
  slackEnv?: Env | undefined;
}

/** With the emulated Slack people look at the page, not at the log; and nobody else has to reach ingest. */
const demoDefaults = { LOG_LEVEL: 'warn', HOST: '127.0.0.1' } as const;

/** The environment of ingest and worker. Pure. */
export function childEnv(env: Env, { port, workerPort, databaseUrl, slackEnv }: Provided): Env {
  const defaults = Object.entries(slackEnv ? demoDefaults : {}).filter(([name]) => !isSet(env, name));
  return {
    ...env,
    ...Object.fromEntries(defaults),
    ...slackEnv,
    PORT: String(port),
    WORKER_PORT: String(workerPort),
    // What the environment says of other servers is not meant for the embedded one.
    ...(databaseUrl !== undefined && { POSTGRES_URL: databaseUrl, PGOPTIONS: undefined, PGSSLNEGOTIATION: undefined }),
  };
}

/** The level of the embedded database's log, by the same rule. */
export const logLevelOf = (env: Env, level: LogLevel, { emulatedSlack }: Plan): LogLevel =>
  emulatedSlack && !isSet(env, 'LOG_LEVEL') ? demoDefaults.LOG_LEVEL : level;
