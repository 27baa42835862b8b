import { randomUUID } from 'node:crypto';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobScheduler } from '@watchpost/shared/jobs/bullmq-job-scheduler';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobHandlers, JobReceiver, JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { startRedisCluster, type RedisCluster } from '../support/scale-redis-cluster.ts';
import { redis } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const patience = { timeoutMs: 5_000 };
const opened: (JobSender | JobReceiver)[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (each) => each.close(AbortSignal.abort())));
});

function senderOn(storage: StorageConfig): JobSender & Pick<ReturnType<typeof createJobSender>, 'counts'> {
  const sender = createJobSender(storage, { log });
  opened.push(sender);
  return sender;
}

function receive(storage: StorageConfig, handlers: Partial<JobHandlers>): void {
  const idle = async (): Promise<void> => undefined;
  opened.push(createJobReceiver(storage, { ...perKind(() => idle), ...handlers }, { concurrency: () => 2, log, stallCheckMs: 500 }));
}

describeWith(
  ['redis'],
  'the queue on a Redis Cluster',
  () => {
    let cluster: RedisCluster;

    beforeAll(async () => {
      cluster = await startRedisCluster();
    }, 60_000);
    afterAll(async () => {
      await cluster?.stop();
    });

    it('delivers jobs, from any node, with all keys in one slot', async () => {
      const storage = { REDIS_URL: cluster.nodes[1]!.url, REDIS_CLUSTER: 'on' } as const;
      const job = snapshotJob({ snapshotId: `slack-C1-${randomUUID()}` });
      const seen: unknown[] = [];
      const sender = senderOn({ REDIS_URL: cluster.urls });
      await sender.send(job, patience);
      receive(storage, { snapshot: async (received) => void seen.push(received) });
      await until('the job is taken', () => seen.length > 0);
      expect(seen).toEqual([job]);
      const keys = await keysOf(cluster);
      expect(keys.every((key) => key.startsWith('{watchpost}:'))).toBe(true);
      expect(keys).toContain(`{watchpost}:snapshots:${job.snapshotId}`);
    });

    it('an operator lists its jobs, and jobs on a schedule are arranged', async () => {
      const storage = { REDIS_URL: cluster.urls, QUEUE_PREFIX: 'site-{a}' };
      await senderOn(storage).send(snapshotJob({ snapshotId: 'slack-C1-listed' }), patience);
      const admin = await openJobAdmin(storage, never);
      const scheduler = createJobScheduler(storage, { log });
      try {
        expect((await admin.list({ kinds: ['snapshot'], state: 'waiting', limit: 5 })).map(({ id }) => id)).toEqual(['slack-C1-listed']);
        const daily = { name: 'daily', pattern: '0 9 * * *', timeZone: 'UTC' };
        expect(await scheduler.arrange([daily], never)).toEqual({ added: ['daily'], changed: [], removed: [] });
        expect(await scheduler.arrange([daily], never)).toEqual({ added: [], changed: [], removed: [] });
      } finally {
        await admin.close();
        await scheduler.close();
      }
    });

    it('says what to do where a node of it is taken for a single server', async () => {
      await expect(openJobAdmin({ REDIS_URL: cluster.nodes[0]!.url }, never)).rejects.toMatchObject({
        cause: { code: 'config-invalid', message: expect.stringContaining('set REDIS_CLUSTER=on') as string },
      });
    });

    it('takes no event while the node that has the queue is away, and goes on when it is back', async () => {
      const storage = { REDIS_URL: cluster.urls, QUEUE_PREFIX: '{outage}' };
      const seen: string[] = [];
      const sender = senderOn(storage);
      await sender.ping(AbortSignal.timeout(10_000));
      receive(storage, { snapshot: async ({ snapshotId }) => void seen.push(snapshotId) });
      const node = await nodeOf(cluster, '{outage}');
      await node.kill();
      await expect(sender.send(snapshotJob({ snapshotId: 'slack-C1-refused' }), { timeoutMs: 2_000 })).rejects.toMatchObject({
        code: 'queue-unavailable',
      });
      await node.restart();
      await until('it takes jobs again', async () =>
        sender.send(snapshotJob({ snapshotId: 'slack-C1-after' }), patience).then(
          () => true,
          () => false,
        ),
      );
      await until('the job is taken', () => seen.includes('slack-C1-after'));
    }, 60_000);
  },
  { own: true },
);

describeWith(['redis'], 'two installations on one Redis', () => {
  it('each takes its own jobs only', async () => {
    const server = await redis({ own: true });
    try {
      const [one, two] = ['one', 'two'].map((QUEUE_PREFIX) => ({ REDIS_URL: server.url, QUEUE_PREFIX }));
      await senderOn(one!).send(snapshotJob({ snapshotId: 'slack-C1-same' }), patience);
      const other = senderOn(two!);
      await other.send(snapshotJob({ snapshotId: 'slack-C1-same' }), patience);
      const seen: string[] = [];
      receive(one!, { snapshot: async ({ snapshotId }) => void seen.push(snapshotId) });
      await until('the job is taken', () => seen.length > 0);
      expect((await other.counts()).find(({ kind, state }) => kind === 'snapshot' && state === 'waiting')?.count).toBe(1);
    } finally {
      await Promise.all(opened.splice(0).map(async (each) => each.close(AbortSignal.abort())));
      await server.stop();
    }
  });
});

async function keysOf({ nodes }: RedisCluster): Promise<string[]> {
  const all = await Promise.all(
    nodes.map(async ({ url }) => {
      const client = new Redis(url);
      return client.keys('*').finally(() => client.disconnect());
    }),
  );
  return all.flat().filter((key) => key.includes('watchpost'));
}

/** The node that has a key. */
async function nodeOf({ nodes }: RedisCluster, key: string): Promise<RedisCluster['nodes'][number]> {
  const client = new Cluster(nodes.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })));
  try {
    const slot = await client.cluster('KEYSLOT', key);
    const slots = await client.cluster('SLOTS');
    const port = slots.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
    return nodes.find(({ url }) => new URL(url).port === String(port))!;
  } finally {
    client.disconnect();
  }
}
