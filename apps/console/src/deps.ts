import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Feeds } from '@watchpost/feeds/feed';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Schedule } from '@watchpost/schedule/schedule';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { ConsoleConfig } from './config.ts';
import type { ConsoleDatabase } from './database.ts';

/** What the console's pages are answered from. */
export interface ConsoleDeps {
  config: ConsoleConfig;
  database: ConsoleDatabase;
  /** Opens an operator's view of the queue, once; rejects with `queue-unavailable` while the queue is away. */
  jobAdmin: (signal: AbortSignal) => Promise<JobAdmin>;
  sender: JobSender;
  cameras: Cameras;
  feeds: Feeds;
  schedule: Schedule;
  /** Opens what waits for approval; null: neither MESSAGE_KEY nor a platform's token is set here. */
  envelope: Envelope | null;
  /** The platform of a channel, for its pictures; null: it is not configured here. */
  platformFor: (channel: ChannelKey) => ConnectedPlatform | null;
  log: Logger;
  now: () => number;
  stopping: AbortSignal;
}
