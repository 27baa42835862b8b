import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { inRelease } from './keep-newer-release.ts';

export interface ReleaseProcess {
  /** What it said last: whether it must wait for an update, and why it takes no jobs. */
  said: () => { outdated: boolean; held: string[]; done: number };
  /** SIGTERM: it finishes what is running. */
  stop: () => Promise<void>;
}

/**
 * The database, the queue and what holds jobs, as a worker of the release in `folder` has them. Each job is noted in a document of its own:
 * one that is done twice is noted as that.
 */
export async function startRelease(folder: string, storage: StorageConfig): Promise<ReleaseProcess> {
  const from = (name: string): string => inRelease(import.meta.resolve(name), folder);
  const script = `
    import { openGallery } from '${from('@watchpost/gallery/open-gallery')}';
    import { galleryNeed } from '${from('@watchpost/worker/gallery-ready')}';
    import { createJobReceiver } from '${from('@watchpost/shared/jobs/bullmq-job-receiver')}';
    import { createMetrics } from '${from('@watchpost/shared/observability/metrics')}';
    import { perKind } from '${from('@watchpost/shared/jobs/job-kinds')}';
    import { createLogger } from '${from('@watchpost/shared/observability/logger')}';
    const storage = JSON.parse(process.argv[1]);
    const never = new AbortController().signal;
    const log = createLogger('release', 'silent');
    const { gallery, records, documents, start } = await openGallery(storage, { log, metrics: createMetrics({ processMetrics: false }), vectors: false }, never);
    start();
    let done = 0;
    const note = (kind, id, body) => documents.put({ kind, id, revision: 0, atMs: Date.now(), keys: [], expiresAtMs: null, body }, never);
    const work = async ({ snapshotId }) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await note('done', snapshotId, { by: process.pid }).catch(async (error) => {
        if (error.code !== 'document-conflict') throw error;
        await note('double', snapshotId + Math.random(), {});
      });
      done += 1;
    };
    const receiver = createJobReceiver(storage, perKind(() => work), { concurrency: () => 2, log, needs: [galleryNeed(gallery, records)] });
    setInterval(() => {
      const held = (receiver.held() ?? []).filter(({ kind }) => kind === 'snapshot').map(({ reason }) => reason);
      process.stdout.write(JSON.stringify({ outdated: gallery.isOutdated(), held, done }) + '\\n');
    }, 50);
    process.once('SIGTERM', async () => {
      await receiver.close(never);
      process.exit(0);
    });
  `;
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=internals', '--input-type=module', '-e', script, JSON.stringify(storage)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = { outdated: false, held: [] as string[], done: 0 };
  createInterface({ input: child.stdout! }).on('line', (line) => {
    said = JSON.parse(line) as typeof said;
  });
  await once(child.stdout!, 'data');
  return {
    said: () => said,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
