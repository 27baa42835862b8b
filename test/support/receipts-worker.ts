import { defaultCameraSettings, type Cameras } from '@watchpost/cameras/camera-settings';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { Place } from '@watchpost/privacy/receipts/place';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { AppError } from '@watchpost/shared/errors';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Visits } from '@watchpost/visits/visits';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { privacyPlaces } from '@watchpost/worker/privacy/privacy-places';
import { createPublishing } from '@watchpost/worker/publishing';
import { createStepTimer } from '@watchpost/worker/step-timer';
import { createVisitHandler } from '@watchpost/worker/visit/pipeline';
import { createVisiting } from '@watchpost/worker/visiting';
import sharp from 'sharp';
import { createFakePosts, type FakePosts } from './fake-posts.ts';
import { boardOf } from './board-rig.ts';
import { feedsOf } from './feed-samples.ts';
import { moderatingParts } from './moderating-parts.ts';
import { silentChat } from './silent-chat.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');
const picture = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#336699' } })
  .jpeg()
  .toBuffer();

/** What a worker does about somebody who is forgotten outside of the gallery, with a chat and a queue in memory. */
export interface ReceiptsWorker {
  /** All that a worker has. */
  places: Place[];
  visits: Visits;
  posts: FakePosts;
  /** Jobs that nobody runs, such as those that failed. */
  failed: { id: string; data: unknown }[];
  /** What is brought to the board, and what it shows. */
  entries: ReturnType<typeof createPublishing>['entries'];
  board: ReturnType<typeof boardOf>;
  /** Says a visit. */
  say(visitId: string, revision: number): Promise<void>;
  /** Runs the jobs that are queued; one in which the process dies is queued again. */
  settle(): Promise<void>;
}

/** `step`: called before and after each thing that others can see. */
export function createReceiptsWorker(
  opened: Pick<OpenedGallery, 'documents' | 'gallery' | 'questions' | 'records' | 'kept'>,
  { now, step }: { now: () => number; step: () => void },
): ReceiptsWorker {
  const { documents, kept } = opened;
  const posts = createFakePosts(now);
  posts.step = step;
  const chat = { check: async () => undefined, permalink: async () => 'https://chat.example/', download: async () => picture };
  const platform: ConnectedPlatform = { ...silentChat, chat, posts, writeChannel: 'slack:C1', adminChannel: null };
  const cameras: Cameras = {
    settingsOf: () => defaultCameraSettings,
    nameOf: () => null,
    timeZone: () => 'UTC',
    digestAtMinute: () => null,
    close: () => undefined,
  };
  const queued: Job[] = [];
  const send = async (job: Job): Promise<void> => {
    step();
    queued.push(job);
    step();
  };
  const sender = { send, ping: async () => undefined, counts: async () => [], close: async () => undefined };
  const metrics = createMetrics({ processMetrics: false });
  const board = boardOf({ channel: 'slack:C9' });
  const common = { ...opened, cameras, sender, sendTimeoutMs: 1_000, log, metrics, now, platforms: [platform], feeds: feedsOf([board]) };
  const visiting = createVisiting({ ...common, keepMs: 30 * 86_400_000, freshnessMs: 600_000 });
  const { envelope } = moderatingParts(documents, { sender, metrics, now });
  const files = createKeptFiles({ maxBytes: 0, keepMs: 0 });
  const reading = { files, platformFor: () => platform, maxBytes: 1_000_000, maxPixels: 1_000_000 };
  const { entries } = createPublishing({ ...common, ...visiting, ...reading, envelope, keepMs: 30 * 86_400_000 });
  const handle = createVisitHandler({ ...common, ...visiting, ...reading, decided: () => undefined, timed: createStepTimer(metrics) });
  const worker: ReceiptsWorker = {
    places: privacyPlaces({
      ...common,
      ...visiting,
      entries,
      envelope,
      holdings: kept.holdings,
      settings: { forgetPosts: 'redraw' },
      useAdmin: (use) =>
        use({
          list: async () => [],
          find: async ({ where }) => worker.failed.filter(({ data }) => where(data)).map(({ id }) => id),
          drop: async ({ ids }) => {
            step();
            worker.failed = worker.failed.filter(({ id }) => !ids?.includes(id));
            step();
            return [];
          },
        }),
    }),
    visits: visiting.visits,
    posts,
    failed: [],
    entries,
    board,
    say: async (visitId, revision) => {
      await handle({ v: 1, kind: 'visit', visitId, revision, why: 'post' }, { attempt: 1, lastAttempt: false }, never);
    },
    settle: async () => {
      for (let job = queued.shift(); job; job = queued.shift()) {
        // Pictures of boards are handed off by others.
        if (job.kind !== 'visit') continue;
        try {
          await handle(job, { attempt: 1, lastAttempt: false }, never);
        } catch (error) {
          queued.push(job);
          // It comes again in the next round.
          if (error instanceof AppError && error.retry === 'transient') return;
          throw error;
        }
      }
    },
  };
  return worker;
}
