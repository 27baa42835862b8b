import type { OpenedCameras } from '@watchpost/cameras/open-cameras';
import type { OpenedFeeds } from '@watchpost/feeds/open-feeds';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Schedule } from '@watchpost/schedule/schedule';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { ConsoleConfig } from './config.ts';
import type { ConsoleDatabase } from './database.ts';
import type { ConsoleMetrics } from './metrics.ts';
import type { ShownTo } from './people/shown-to.ts';
import type { Live } from './live/hub.ts';
import type { Attempts } from './sign-in/attempts.ts';
import type { Authenticate, createMarks } from './sign-in/authenticate.ts';
import type { Links } from './sign-in/links.ts';
import type { Sessions } from './sign-in/sessions.ts';

/** What the application is made of: what the process opened. */
export interface OpenedDeps {
  config: ConsoleConfig;
  database: ConsoleDatabase;
  /** Opens an operator's view of the queue, once; rejects with `queue-unavailable` while the queue is away. */
  jobAdmin: (signal: AbortSignal) => Promise<JobAdmin>;
  sender: JobSender;
  cameras: OpenedCameras;
  feeds: OpenedFeeds;
  schedule: Schedule;
  /** Opens what waits for approval; null: neither MESSAGE_KEY nor a platform's token is set here. */
  envelope: Envelope | null;
  /** The platform of a channel, for its pictures; null: it is not configured here. */
  platformFor: (channel: ChannelKey) => ConnectedPlatform | null;
  /** Tells pages that something changed, at once: what is not announced is found within a second all the same. */
  live: Live;
  log: Logger;
  now: () => number;
  stopping: AbortSignal;
}

/** What the console's pages are answered from. */
export interface ConsoleDeps extends OpenedDeps {
  sessions: Sessions;
  attempts: Attempts;
  counted: ConsoleMetrics;
  links: Links;
  marks: ReturnType<typeof createMarks>;
  authenticate: Authenticate;
  /** The gallery as whoever asks may see it: every route that answers with people asks by it. */
  shownTo: ShownTo;
}
