import { Client } from 'pg';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { heldWorkerRig } from '../support/held-worker-rig.ts';
import { until } from '../support/until.ts';

describeWith(
  ['redis', 'postgres'],
  'a worker whose jobs are held',
  () => {
    const rig = heldWorkerRig();

    it('because its database is away downloads nothing again and again, and goes on when it is back', async () => {
      await rig.startWorker('ready');
      await rig.database().kill();
      const jobs = [await rig.post(), await rig.post()];
      await until('jobs are held', () => rig.logged(/"gallery-unavailable","msg":"jobs are held/).length > 0);
      // As many checks as would have used up every attempt.
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      expect(rig.behind().downloads.length).toBeLessThanOrEqual(1);
      expect([await rig.liveness(), await rig.countOf('snapshot', 'failed'), await rig.countOf('snapshot', 'delayed')]).toEqual([
        200, 0, 0,
      ]);
      await rig.database().restart();
      await rig.posted(...jobs);
    });

    it('because its database can only be read uses up no attempt, and goes on when it can be written', async () => {
      const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
        const client = new Client({ connectionString: rig.database().url });
        await client.connect();
        await client.query('SET default_transaction_read_only = off');
        await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
        await client.query('SELECT pg_reload_conf()');
        await client.end();
      };
      await rig.startWorker('ready');
      await setReadOnly('on');
      const jobs = [await rig.post(), await rig.post()];
      await until('jobs are held', () => rig.logged(/"gallery-unavailable","msg":"jobs are held/).length > 0);
      await until('both were let through', async () => (await rig.countOf('snapshot', 'delayed')) === 2, 20_000);
      expect([rig.behind().downloads, await rig.countOf('snapshot', 'failed')]).toEqual([[], 0]);
      await setReadOnly('off');
      await until('all are posted', () => rig.posts().length === jobs.length, 60_000);
      await until('it is ready again', async () => (await rig.readiness()).status === 200);
      expect(rig.logged(/"attempt":[2-9]/)).toEqual([]);
    });
  },
  { own: true },
);
