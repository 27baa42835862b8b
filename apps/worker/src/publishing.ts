import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { Entries, FeedLog, KeptPictures, Profiles } from '@watchpost/feeds/feed-store';
import type { Feeds } from '@watchpost/feeds/feed';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createKeptPictures } from '@watchpost/feeds/store/kept-pictures';
import { createProfiles, forgetUnshown } from '@watchpost/feeds/store/profiles';
import { noteBoards } from './board/absent-boards.ts';
import { createBoardPicture, type BoardPicture, type BoardPictureDeps } from './board/board-picture.ts';
import { expireVisits } from './board/expire-visits.ts';
import { expireEntries } from './entry/expire-entries.ts';
import { createEntryCounts, type EntryCounts } from './entry-counts.ts';
import { handoffTasks } from './handoff/expired.ts';
import type { Task } from './schedule.ts';

export interface PublishingOptions extends Omit<BoardPictureDeps, 'platformFor'> {
  feeds: Feeds;
  documents: DocumentStore;
  /** Says when what was read of the documents must be read again. */
  followed?: Pick<FollowedDatabase, 'onReplaced'> | undefined;
  /** What waits for approval is sealed in it: that of messages in jobs. */
  envelope: Envelope;
  platformFor: (channel: ChannelKey) => ConnectedPlatform;
  sender: JobSender;
  sendTimeoutMs: number;
  log: Logger;
  metrics: Metrics;
  /** How long visits are kept, milliseconds. */
  keepMs: number;
}

/** What jobs about feeds work with, beside the ports. */
export interface Publishing {
  feeds: Feeds;
  entries: Entries;
  feedLog: FeedLog;
  profiles: Profiles;
  keptPictures: KeptPictures;
  entryCounts: EntryCounts;
  boardPicture: BoardPicture;
  /** What one of all workers does again and again about feeds. */
  feedTasks: Task[];
}

/** Puts together what entries, profiles and the hand-off of pictures need. */
export function createPublishing(options: PublishingOptions): Publishing {
  const { feeds, documents, followed, envelope, log, metrics } = options;
  const now = (signal: AbortSignal): Promise<number> => databaseNow(documents, signal);
  const feedLog = createFeedLog(documents, { followed });
  const keptPictures = createKeptPictures(documents);
  const entries = createEntries({ documents, feedLog, envelope });
  return {
    feeds,
    entries,
    feedLog,
    profiles: createProfiles(documents),
    keptPictures,
    entryCounts: createEntryCounts(metrics),
    boardPicture: createBoardPicture(options),
    feedTasks: [
      { name: 'boards-known', everyMs: 60_000, run: async (signal) => noteBoards({ documents, feeds }, await now(signal), signal) },
      { name: 'board', everyMs: 600_000, run: async (signal) => expireVisits({ ...options, entries }, await now(signal), signal) },
      {
        name: 'expired-entries',
        everyMs: 3_600_000,
        run: async (signal) => expireEntries({ documents, feeds }, await now(signal), signal),
      },
      {
        name: 'unshown-profiles',
        everyMs: 86_400_000,
        run: async (signal) => void (await forgetUnshown(documents, await now(signal), signal)),
      },
      ...handoffTasks({ entries, documents, keptPictures, log }),
    ],
  };
}
