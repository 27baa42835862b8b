import type { FakeSlack } from './fake-slack.ts';
import { providePostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { keep, type Started } from './started.ts';

/** Starts a PostgreSQL, and a Redis where that is the queue. Resolves to the variables that name them. */
export async function startStorage(queue: 'redis' | 'postgres', started: Started[]): Promise<{ POSTGRES_URL: string; REDIS_URL?: string }> {
  const database = await keep(started, providePostgres({}, { own: true, durable: true }));
  return {
    POSTGRES_URL: database.url,
    ...(queue === 'redis' && { REDIS_URL: (await keep(started, startRedis({}, { own: true }))).url }),
  };
}

/** The variables of ingest and worker for a fake Slack; without the signing secret, which is ingest's. */
export const slackEnvOf = ({ apiUrl, url }: Pick<FakeSlack, 'apiUrl' | 'url'>, channels: { read: string; write: string }) => ({
  SLACK_API_TOKEN: 'xoxb-bench',
  SLACK_API_URL: apiUrl,
  SLACK_FILE_HOSTS: url,
  READ_SLACK_CHANNEL_ID: channels.read,
  WRITE_SLACK_CHANNEL_ID: channels.write,
});
