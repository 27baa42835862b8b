import { portEnv } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { dataDirOf, valueOrDefault } from './config.ts';

/** What `npm start` has to start besides ingest and worker. */
export interface Plan {
  /** The parts for which no URL is set; they are kept in the embedded database. */
  embedded: ('queue' | 'gallery')[];
  /** There is no Slack token: start an emulated Slack with cameras. */
  emulatedSlack: boolean;
  /** Folder of the embedded database. */
  dataDir: string;
  /** Of ingest. */
  port: number;
  /** PORT was set: no other port will do. */
  portIsFixed: boolean;
  workerPort: number;
  workerPortIsFixed: boolean;
}

/** Decides from the environment. Ingest and worker check the rest of it themselves. */
export function planFor(env: Env): Plan {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const embedded: Plan['embedded'] = [];
  if (!given('REDIS_URL') && !given('POSTGRES_URL')) embedded.push('queue');
  if (!given('MONGO_CONNECTION_STRING') && !given('POSTGRES_URL')) embedded.push('gallery');
  return {
    embedded,
    emulatedSlack: !given('SLACK_API_TOKEN'),
    dataDir: dataDirOf(env),
    port: valueOrDefault(portEnv.PORT, given('PORT')),
    portIsFixed: given('PORT') !== undefined,
    workerPort: valueOrDefault(portEnv.WORKER_PORT, given('WORKER_PORT')),
    workerPortIsFixed: given('WORKER_PORT') !== undefined,
  };
}
