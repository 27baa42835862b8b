import type { StorageConfig } from '@watchpost/shared/config/common';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { OpenedGallery, OpenGalleryOptions } from '@watchpost/gallery/open-gallery';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { createHandlers } from '@watchpost/worker/handlers';
import { createKeptFiles } from '@watchpost/worker/kept-files';
import { createStepTimer } from '@watchpost/worker/step-timer';
import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { snapshotJob } from './factories.ts';
import { startGallery } from './start-gallery.ts';
import { silentChat } from './silent-chat.ts';

const log = createLogger('test', 'silent');

/** The handlers of a worker process, with a gallery of its own. */
export interface WorkerRig {
  handlers: ReturnType<typeof createHandlers>;
  opened: OpenedGallery;
  /** Takes jobs from the queue, four at a time. */
  takeJobs(): void;
  close(): Promise<void>;
}

export interface WorkerRigOptions {
  slack: FakeSlack;
  engine: FaceEngine;
  queue: StorageConfig;
  gallery: StorageConfig;
  settings?: Partial<OpenGalleryOptions>;
  /** Puts something else in the place of what the handlers work with, for example something that fails. */
  over?: (deps: HandlerDeps) => Partial<HandlerDeps>;
}

type HandlerDeps = Parameters<typeof createHandlers>[0];

export async function startWorkerRig({ slack, engine, queue, gallery, settings, over }: WorkerRigOptions): Promise<WorkerRig> {
  const opened = await startGallery(gallery, settings);
  const sender = createJobSender(queue, { log });
  const token = 'xoxb-test';
  const platform: ConnectedPlatform = {
    ...silentChat,
    writeChannel: 'slack:CRESULTS',
    chat: createSlackPlatform({
      call: createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
      token,
      allows: allowHosts([{ origin: slack.url }]),
    }),
  };
  const deps: HandlerDeps = {
    platformFor: () => platform,
    engine,
    gallery: opened.gallery,
    records: opened.records,
    sender,
    log,
    lookedAt: () => undefined,
    timed: createStepTimer(createMetrics({ processMetrics: false })),
    files: createKeptFiles({ maxBytes: 10_000_000, keepMs: 60_000 }),
    maxBytes: 10_000_000,
    maxPixels: 60_000_000,
    compareWith: 5,
    compareWithinMs: 600_000,
    sendTimeoutMs: 5_000,
  };
  const handlers = createHandlers({ ...deps, ...over?.(deps) });
  const receivers: ReturnType<typeof createJobReceiver>[] = [];
  return {
    handlers,
    opened,
    takeJobs: () => void receivers.push(createJobReceiver(queue, handlers, { concurrency: () => 4, log })),
    close: async () => {
      await Promise.all(receivers.map(async (receiver) => receiver.close(AbortSignal.abort())));
      await sender.close();
      await opened.gallery.close();
    },
  };
}

let serial = 0;

/** Posts a file in the fake Slack and gives the job that ingest would have made. */
export function postedIn(slack: FakeSlack, bytes: Buffer, over: Partial<SnapshotJob> = {}): SnapshotJob {
  serial += 1;
  const id = `F${serial}`;
  slack.files.set(id, { id, bytes, contentType: 'image/jpeg', info: {} });
  const messageId = `1700000000.${String(serial).padStart(6, '0')}`;
  const file = {
    id,
    name: 'x.jpg',
    mimeType: 'image/jpeg',
    sizeBytes: bytes.length,
    url: `${slack.url}/download/${id}`,
    thumbnailUrl: null,
  };
  const snapshotId = `slack-CREAD-${messageId}-${id}`;
  return snapshotJob({ snapshotId, channel: 'slack:CREAD', messageId, takenAtMs: Date.now(), camera: null, file, ...over });
}
