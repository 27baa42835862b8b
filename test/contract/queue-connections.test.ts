import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobKinds, perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { postgres, type Service } from '../support/services.ts';

const log = createLogger('test', 'silent');
const countSchema = z.tuple([z.object({ open: z.coerce.number() })]);
const kinds = jobKinds.length;

describeWith(['postgres'], 'connections to a queue on PostgreSQL', () => {
  let service: Service;
  let client: Client;
  beforeEach(async () => {
    service = await postgres();
    client = new Client({ connectionString: service.url });
    await client.connect();
  }, 60_000);
  afterEach(async () => {
    await client?.end();
    await service?.stop();
  });

  /** The most that others have open at a time, until the work has ended. */
  const mostDuring = async (work: Promise<unknown>): Promise<number> => {
    const state = { isOver: false };
    let most = 0;
    const end = (): void => {
      state.isOver = true;
    };
    work.then(end, end);
    do {
      const { rows } = await client.query(
        "SELECT count(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
      );
      most = Math.max(most, countSchema.parse(rows)[0].open);
    } while (!state.isOver);
    await work;
    return most;
  };

  it('are four where somebody only looks, and one for what was done by the minute', async () => {
    const looking = async (): Promise<void> => {
      const admin = await openJobAdmin({ POSTGRES_URL: service.url }, new AbortController().signal);
      await Promise.all([admin.queues(jobKinds), admin.list({ kinds: jobKinds, state: 'failed', limit: 10 }), admin.history(jobKinds, 10)]);
      await admin.close();
    };
    expect(await mostDuring(looking())).toBeLessThanOrEqual(5);
  });

  it('are two where somebody sends now and then', async () => {
    const sending = async (): Promise<void> => {
      const sender = createJobSender({ POSTGRES_URL: service.url }, { log });
      const jobs = Array.from({ length: 20 }, (_, at) => snapshotJob({ snapshotId: `slack-C1-connections-${at}` }));
      await Promise.all(jobs.map((job) => sender.send(job, { timeoutMs: 10_000 })));
      await sender.close();
    };
    expect(await mostDuring(sending())).toBeLessThanOrEqual(2);
  });

  it('are two for each kind in a worker, of which one listens, and one that watches them all', async () => {
    const idle = perKind(() => async (): Promise<void> => undefined);
    const working = async (): Promise<void> => {
      const receiver = createJobReceiver({ POSTGRES_URL: service.url }, idle, { concurrency: () => 4, log, watchMs: 300 });
      await pause(2_000, new AbortController().signal);
      await receiver.close(AbortSignal.timeout(5_000));
    };
    expect(await mostDuring(working())).toBeLessThanOrEqual(2 * kinds + 1);
  });
});
