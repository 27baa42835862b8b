import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Client } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { snapshotJob } from '../support/factories.ts';
import { postgres } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const finished = 20_000;
const jobs = 10;

describeWith(['postgres'], 'a queue on PostgreSQL with the finished jobs of a day', () => {
  it('reads only few of them when another job finishes', async () => {
    const service = await postgres({ own: true });
    onTestFinished(async () => service.stop());
    const storage = { POSTGRES_URL: service.url };
    const sender = createJobSender(storage, { log });
    onTestFinished(async () => sender.close());
    let done = 0;
    const handlers = perKind(() => async () => void (done += 1));
    const receive = () => createJobReceiver(storage, handlers, { concurrency: () => 1, log, watchMs: 600_000 });
    const send = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1)
        await sender.send(snapshotJob({ snapshotId: `slack-C1-${String(index)}-F1` }), { timeoutMs: 20_000 });
      await until('they are done', () => done === to);
    };
    const first = receive();
    await send(0, 1);
    // Its sessions have told what they read when they are closed.
    await first.close(AbortSignal.timeout(5_000));

    const client = new Client(service.url);
    await client.connect();
    onTestFinished(async () => client.end());
    const { rows: columns } = await client.query<{ name: string }>(
      `SELECT quote_ident(column_name) AS name FROM information_schema.columns
       WHERE table_schema = 'bullmq' AND table_name = 'job' AND column_name NOT IN ('id', 'seq')`,
    );
    const others = columns.map(({ name }) => name).join(', ');
    await client.query(`INSERT INTO bullmq.job (id, seq, ${others}) SELECT 'x' || n, 1000000 + n, ${others}
      FROM bullmq.job, generate_series(1, ${String(finished)}) n WHERE state = 'completed'`);
    await client.query('VACUUM ANALYZE bullmq.job');
    const read = async (): Promise<number> => {
      const { rows } = await client.query<{ read: string }>(
        `SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relid = 'bullmq.job'::regclass)
           + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relid = 'bullmq.job'::regclass) AS read`,
      );
      return Number(rows[0]?.read);
    };
    const before = await read();
    const second = receive();
    await send(1, 1 + jobs);
    await second.close(AbortSignal.timeout(5_000));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await read()).toBeLessThan(before + (jobs * finished) / 4);
  });

  it('answers a ping without reading any of them', async () => {
    const service = await postgres();
    onTestFinished(async () => service.stop());
    const sender = createJobSender({ POSTGRES_URL: service.url }, { log });
    onTestFinished(async () => sender.close());
    await sender.ping(AbortSignal.timeout(20_000));
    const client = new Client(service.url);
    await client.connect();
    onTestFinished(async () => client.end());
    // Whoever reads jobs waits for this.
    await client.query('BEGIN; LOCK TABLE bullmq.job IN ACCESS EXCLUSIVE MODE');
    await expect(sender.ping(AbortSignal.timeout(2_000))).resolves.toBeUndefined();
  });
});
