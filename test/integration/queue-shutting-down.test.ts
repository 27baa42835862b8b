import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { jobKinds, perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { proxied, type CutProxy } from '../support/cut-proxy.ts';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { postgres, type Service } from '../support/services.ts';

const log = createLogger('test', 'silent');

// An error that nobody hears ends a process; Vitest fails the run.
describeWith(['postgres'], 'a receiver whose PostgreSQL shuts down', () => {
  let service: Service;
  let proxy: CutProxy;
  let sender: JobSender;
  let receiver: JobReceiver;
  const taken: string[] = [];

  beforeEach(async () => {
    service = await postgres({ own: true });
    const through = await proxied({ POSTGRES_URL: service.url });
    proxy = through.proxy;
    sender = createJobSender({ POSTGRES_URL: service.url }, { log });
    await sender.ping(AbortSignal.timeout(20_000));
    const idle = async (): Promise<void> => undefined;
    const snapshot = async ({ snapshotId }: { snapshotId: string }): Promise<void> => void taken.push(snapshotId);
    receiver = createJobReceiver(
      through.behind,
      { ...perKind(() => idle), snapshot },
      { concurrency: () => 1, log, stallCheckMs: 500, watchMs: 500 },
    );
  });
  afterEach(async () => {
    await receiver.close(AbortSignal.timeout(2_000));
    await sender.close();
    await proxy.close();
    await service.stop();
  });

  const takes = async (snapshotId: string): Promise<void> => {
    await sender.send(snapshotJob({ snapshotId }), { timeoutMs: 2_000 });
    await expect.poll(() => taken, { timeout: 20_000 }).toContain(snapshotId);
  };
  /** The workers of all kinds hear of new jobs. */
  const allListen = async (): Promise<void> => {
    await expect.poll(() => proxy.listening(), { timeout: 20_000 }).toBe(jobKinds.length);
  };
  const allWereTold = async (): Promise<void> => {
    await expect.poll(() => proxy.shutDowns(), { timeout: 20_000 }).toBeGreaterThanOrEqual(jobKinds.length);
  };

  it.each(['connected', 'listens'] as const)('in the moment of %s, takes jobs again at once', async (moment) => {
    await takes(`slack-C1-before-${moment}`);
    await allListen();
    proxy.shutDown(moment);
    await allWereTold();
    proxy.shutDown('never');
    await takes(`slack-C1-after-${moment}`);
    await allListen();
    // A job does not wait for the next look at the queue.
    const before = Date.now();
    await takes(`slack-C1-soon-${moment}`);
    expect(Date.now() - before).toBeLessThan(3_000);
  });

  it('while it closes, closes all connections', async () => {
    await takes('slack-C1-last');
    await allListen();
    proxy.shutDown('closed');
    await receiver.close(AbortSignal.timeout(2_000));
    expect(proxy.shutDowns()).toBeGreaterThanOrEqual(jobKinds.length);
    await expect.poll(() => proxy.connections()).toBe(0);
  });
});

describeWith(['postgres'], 'a receiver that is closed before it is connected', () => {
  it('leaves no connection', async () => {
    const service = await postgres({ own: true });
    const { proxy, behind } = await proxied({ POSTGRES_URL: service.url });
    const handlers = perKind(() => async (): Promise<void> => undefined);
    for (const msLater of [0, 5, 10, 20, 40]) {
      const receiver = createJobReceiver(behind, handlers, { concurrency: () => 1, log });
      await expect.poll(() => proxy.connections(), { interval: 1 }).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, msLater));
      await receiver.close(AbortSignal.timeout(2_000));
    }
    await expect.poll(() => proxy.connections(), { timeout: 10_000 }).toBe(0);
    await proxy.close();
    await service.stop();
  });
});
