import type { Env } from '@watchpost/shared/config/parse-env';
import { dataDirOf } from './config.ts';

/** What `npm start` has to start besides ingest and worker. */
export interface Plan {
  /** Parts that no URL names: they are kept in the embedded database. */
  embedded: ('queue' | 'gallery')[];
  /** No Slack token: an emulated Slack with cameras. */
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
    port: portNumber(given('PORT')) ?? 5_000,
    portIsFixed: given('PORT') !== undefined,
    workerPort: portNumber(given('WORKER_PORT')) ?? 5_001,
    workerPortIsFixed: given('WORKER_PORT') !== undefined,
  };
}

/** A faulty number is left to the process that reads the variable: it names every fault at once. */
function portNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number >= 0 && number <= 65_535 ? number : undefined;
}
