import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Feeds } from '@watchpost/feeds/feed';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { createSubscriptions, type Subscriptions } from '@watchpost/visits/subscriptions';
import type { Verdict } from '@watchpost/visits/visit';
import { createVisits, type Visits } from '@watchpost/visits/visits';
import { createPublishVisit, type PublishVisit } from './board/publish-visit.ts';
import { tellBoards } from './board/tell-boards.ts';
import { follow, followedMs, type FollowDeps } from './follow.ts';
import { postDailyDigest } from './notice/daily-digest.ts';
import { forgetInNotices } from './notice/forget-in-notices.ts';
import { createPostNotice } from './notice/notice.ts';
import { postSkippedLines } from './notice/skipped-line.ts';
import type { Task } from './schedule.ts';
import { createLinks, type Links } from './visit/links.ts';
import { createTellSubscribers, type TellSubscribers } from './visit/tell-subscribers.ts';

export interface VisitingOptions {
  documents: DocumentStore;
  questions: GalleryQuestions;
  gallery: Gallery;
  records: SnapshotRecords;
  cameras: Cameras;
  feeds: Pick<Feeds, 'all' | 'get' | 'of'>;
  /** See ShownNames. */
  tookBack?: FollowDeps['tookBack'];
  platforms: readonly ConnectedPlatform[];
  sender: JobSender;
  sendTimeoutMs: number;
  log: Logger;
  metrics: Metrics;
  /** How long a visit is kept, milliseconds. */
  keepMs: number;
  /** See SkippedDeps. */
  freshnessMs: number;
  now?: () => number;
}

/** What jobs about visits and notices work with, beside the ports. */
export interface Visiting {
  visits: Visits;
  subscriptions: Subscriptions;
  links: Links;
  keepsPictures: Set<string>;
  tellSubscribers: TellSubscribers;
  publishVisit: PublishVisit;
  decided: (verdict: Verdict) => void;
  now: () => number;
  /** What one of all workers does again and again. */
  tasks: Task[];
}

/** Puts together what visits and notices need. */
export function createVisiting({ now = Date.now, metrics, keepMs, ...options }: VisitingOptions): Visiting {
  const { documents } = options;
  const visits = createVisits(documents, { keepMs });
  const subscriptions = createSubscriptions(documents);
  const postNotice = createPostNotice({ ...options, now });
  const deps = { ...options, visits, postNotice, now };
  const publishVisit = createPublishVisit(deps);
  const forget = async (personIds: readonly string[], signal: AbortSignal): Promise<void> => {
    await forgetInNotices(personIds, { ...deps, subscriptions }, signal);
    await tellBoards(personIds, followedMs, { ...deps, publishVisit }, signal);
  };
  const decided = metrics.counter('visits_total', 'Visits, by what was decided about them', ['verdict']);
  return {
    visits,
    subscriptions,
    links: createLinks(),
    keepsPictures: new Set(),
    tellSubscribers: createTellSubscribers({ ...deps, subscriptions }),
    publishVisit,
    decided: (verdict) => decided.inc({ verdict }),
    now,
    tasks: [
      { name: 'follow', everyMs: 1_000, run: (signal) => follow({ ...deps, forget }, signal) },
      { name: 'digest', everyMs: 30_000, run: (signal) => postDailyDigest(deps, signal) },
      { name: 'skipped', everyMs: 60_000, run: (signal) => postSkippedLines(deps, signal) },
    ],
  };
}
