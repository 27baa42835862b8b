import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createCameraDirectory } from '@watchpost/cameras/camera-directory';
import type { FaceEngine } from '@watchpost/see/face-engine';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createSlackCalls } from '@watchpost/slack/calls';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { createSlackPosts } from '@watchpost/slack/posts';
import type { createHandlers } from '@watchpost/worker/handlers';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { createStepTimer } from '@watchpost/worker/step-timer';
import { createPublishing } from '@watchpost/worker/publishing';
import { createConverting } from '@watchpost/worker/converting';
import { createTalking } from '@watchpost/worker/talking';
import { createVisiting, type Visiting } from '@watchpost/worker/visiting';
import { feedsOf } from './feed-samples.ts';
import { moderatingParts } from './moderating-parts.ts';
import { noScheduling } from './schedule-rig.ts';
import { silentChat } from './silent-chat.ts';
import { usualTreatment } from './usual-treatment.ts';

export type HandlerDeps = Parameters<typeof createHandlers>[0] & Pick<Visiting, 'tasks'>;

const log = createLogger('test', 'silent');

const nobodySees = async (): Promise<never> => {
  throw new Error('nothing was to be looked at');
};
/** Converting is off. */
const usualConverting = {
  CONVERT_MAX_BYTES: 50_000_000,
  CONVERT_TIMEOUT_MS: 60_000,
  CONVERT_KEEP_HOURS: 1,
  PATH: '/usr/bin',
};

/** For tests whose snapshots were looked at before they begin. */
export const noEngine: FaceEngine = { modelId: 'none', see: nobodySees, fingerprint: nobodySees, close: async () => undefined };

/** What a worker's handlers work with: a fake Slack, and a real gallery. Nobody waits for turns, and Slack's pictures are ready soon. */
export function workerDeps({
  slack,
  opened,
  sender,
  engine,
}: {
  slack: FakeSlack;
  opened: OpenedGallery;
  sender: JobSender;
  engine: FaceEngine;
}): HandlerDeps {
  const token = 'xoxb-test';
  const call = createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 1_000 });
  const platform: ConnectedPlatform = {
    ...silentChat,
    prefix: 'slack',
    talk: null,
    writeChannel: 'slack:CRESULTS',
    adminChannel: null,
    chat: createSlackPlatform({ call, token, allows: allowHosts([{ origin: slack.url }]) }),
    posts: createSlackPosts({
      call,
      turns: { take: async () => undefined, hold: async () => undefined },
      times: {
        readyAfterMs: [1, 5, 20],
        readBackAfterMs: [1, 5],
        settleMs: 1_500,
        inPlace: { forMs: 0, tries: 1, backoff: { firstMs: 1, maxMs: 1 } },
      },
    }),
  };
  const metrics = createMetrics({ processMetrics: false });
  const { gallery, records, documents, questions, operations, enroll } = opened;
  const cameras = { ...createCameraDirectory({}), close: () => undefined };
  const parts = { gallery, records, documents, questions, operations, cameras, sender, sendTimeoutMs: 5_000 };
  const feeds = feedsOf([]);
  const files = createKeptFiles({ maxBytes: 10_000_000, keepMs: 60_000 });
  const limits = { maxBytes: 10_000_000, maxPixels: 60_000_000 };
  const visiting = createVisiting({
    ...parts,
    feeds,
    platforms: [platform],
    log,
    metrics,
    keepMs: 30 * 86_400_000,
    freshnessMs: 600_000,
  });
  const moderating = moderatingParts(documents, { sender, metrics });
  return {
    ...usualTreatment,
    ...visiting,
    ...parts,
    ...moderating,
    ...createPublishing({
      log,
      ...parts,
      ...visiting,
      ...moderating,
      ...limits,
      feeds,
      files,
      platformFor: () => platform,
      metrics,
      keepMs: 30 * 86_400_000,
    }),
    ...limits,
    ...createTalking({ TALK_WAIT_MINUTES: 60, TALK_LANGUAGE: 'en' }, documents),
    enroll,
    mailer: null,
    alerts: { raise: () => undefined, clear: () => undefined },
    converting: createConverting(usualConverting, { documents, messageKeys: ['a key that only tests have'], log }),
    queueMail: null,
    scheduling: noScheduling(),
    schedule: { all: () => [] },
    collections: noScheduling().collections,
    platformFor: () => platform,
    engine,
    log,
    lookedAt: () => undefined,
    timed: createStepTimer(metrics),
    files,
    compareWith: 5,
    compareWithinMs: 600_000,
  };
}
