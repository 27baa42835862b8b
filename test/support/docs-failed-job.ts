import type { CommandStorage } from '@watchpost/cli/command';
import { createPostgresBackend, Queue, Worker } from 'bullmq';

/** Leaves one failed job in the queue, and no other. */
export async function failAJob({ env }: CommandStorage): Promise<void> {
  const connection = { connectionString: env.POSTGRES_URL ?? '', migrate: true };
  const queue = new Queue('snapshots', { connection }, createPostgresBackend);
  const worker = new Worker(
    'snapshots',
    async () => Promise.reject(new Error('for the test')),
    { connection, autorun: false },
    createPostgresBackend,
  );
  try {
    await queue.obliterate({ force: true });
    const failed = new Promise((resolve) => worker.once('failed', resolve));
    await queue.add('snapshot', {}, { jobId: 'slack-C0123-failed' });
    void worker.run();
    await failed;
  } finally {
    await worker.close();
    await queue.close();
  }
}
