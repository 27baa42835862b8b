import type { OpenedCameras } from '@watchpost/cameras/open-cameras';
import type { Feeds } from '@watchpost/feeds/feed';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
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
  cameras: OpenedCameras;
  feeds: Feeds;
  /** The platform of a channel, for its pictures; null: it is not configured here. */
  platformFor: (channel: ChannelKey) => ConnectedPlatform | null;
  log: Logger;
  now: () => number;
  stopping: AbortSignal;
}
