import type { StorageConfig } from '@watchpost/shared/config/common';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { OpenedGallery, OpenGalleryOptions } from '@watchpost/gallery/open-gallery';
import type { FaceEngine } from '@watchpost/see/face-engine';
import type { Visits } from '@watchpost/visits/visits';
import { createHandlers } from '@watchpost/worker/handlers';
import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { startGallery } from './start-gallery.ts';
import { workerDeps, type HandlerDeps } from './worker-deps.ts';

const log = createLogger('test', 'silent');

/** The handlers of a worker process, with a gallery of its own. */
export interface WorkerRig {
  handlers: ReturnType<typeof createHandlers>;
  opened: OpenedGallery;
  visits: Visits;
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

export async function startWorkerRig({ slack, engine, queue, gallery, settings, over }: WorkerRigOptions): Promise<WorkerRig> {
  const opened = await startGallery(gallery, settings);
  const sender = createJobSender(queue, { log });
  const deps = workerDeps({ slack, opened, sender, engine });
  const handlers = createHandlers({ ...deps, ...over?.(deps) });
  const receivers: ReturnType<typeof createJobReceiver>[] = [];
  return {
    handlers,
    opened,
    visits: deps.visits,
    takeJobs: () => void receivers.push(createJobReceiver(queue, handlers, { concurrency: () => 4, log })),
    close: async () => {
      await Promise.all(receivers.map(async (receiver) => receiver.close(AbortSignal.abort())));
      await sender.close();
      await opened.gallery.close();
    },
  };
}
