import { readFileSync } from 'node:fs';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { queueBackends } from '../support/queue-backends.ts';
import { fromRoot } from '../support/root.ts';
import type { Service } from '../support/services.ts';

const scaled = z.looseObject({
  spec: z.looseObject({
    triggers: z.array(z.looseObject({ metadata: z.looseObject({ listName: z.string().optional(), query: z.string().optional() }) })),
  }),
});
const triggersOf = (component: string) =>
  scaled.parse(parseAllDocuments(readFileSync(fromRoot(`deploy/kubernetes/components/${component}/scaled-object.yaml`), 'utf8'))[0]?.toJS())
    .spec.triggers;

/** As KEDA's scaler asks Redis: by the type of the key. */
async function countInRedis(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    const counts = triggersOf('scale-redis').map(async ({ metadata: { listName = '' } }) => {
      const type = await redis.type(listName);
      return type === 'zset' ? redis.zcard(listName) : redis.llen(listName);
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  } finally {
    redis.disconnect();
  }
}

async function countInPostgres(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const [trigger] = triggersOf('scale-postgres');
    const { rows } = await client.query<{ count: string }>(trigger?.metadata.query ?? '');
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

for (const { name, needs, startEmpty, storage } of queueBackends) {
  describeWith(needs, `what KEDA counts on ${name}`, () => {
    let service: Service;
    let sender: JobSender;
    beforeAll(async () => {
      service = await startEmpty();
      sender = createJobSender(storage(service.url), { log: createLogger('test', 'silent') });
      await sender.ping(AbortSignal.timeout(20_000));
    }, 60_000);
    afterAll(async () => {
      await sender?.close();
      await service?.stop();
    });
    const count = async (): Promise<number> => (name === 'Redis' ? countInRedis(service.url) : countInPostgres(service.url));

    it('is every snapshot that waits, with a rank and without one', async () => {
      expect(await count()).toBe(0);
      for (const [index, rank] of [undefined, 1, 7].entries()) {
        await sender.send(snapshotJob({ snapshotId: `slack-C1-${String(index)}`, ...(rank !== undefined && { rank }) }), {
          timeoutMs: 5_000,
        });
      }
      expect(await count()).toBe(3);
    });
  });
}
