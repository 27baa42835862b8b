import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { mongoReplicaSet, mongoStandalone, pglite, redis } from '../support/services.ts';

describeWith(
  ['redis'],
  'a Redis for tests',
  () => {
    it('keeps its data over a kill, and answers nothing while paused', async () => {
      const service = await redis({ own: true });
      const client = new Redis(service.url, { maxRetriesPerRequest: 0, commandTimeout: 300, retryStrategy: () => 50 });
      client.on('error', () => undefined);
      await client.set('a', '1');
      service.pause();
      await expect(client.get('a')).rejects.toThrow('timed out');
      service.resume();
      await service.kill();
      await service.restart();
      await expect.poll(async () => client.get('a').catch(() => undefined), { timeout: 5_000 }).toBe('1');
      client.disconnect();
      await service.stop();
    });
  },
  { own: true },
);

describeWith(
  ['mongo'],
  'a MongoDB for tests',
  () => {
    it.each([
      ['replica set', mongoReplicaSet, true],
      ['standalone', mongoStandalone, false],
    ] as const)('is a %s and keeps its data over a kill', async (_kind, start, replicaSet) => {
      const service = await start({ own: true });
      const client = new MongoClient(service.url);
      await client
        .db()
        .collection('c')
        .insertOne({ a: 1 }, { writeConcern: { w: 1, journal: true } });
      await service.kill();
      await service.restart();
      expect(await client.db().collection('c').countDocuments()).toBe(1);
      expect(Boolean((await client.db().command({ hello: 1 }))['setName'])).toBe(replicaSet);
      await client.close();
      await service.stop();
    });
  },
  { own: true },
);

describe('a PGlite for tests', () => {
  it('keeps its data and its URL over a kill', async () => {
    const service = await pglite({ persistent: true });
    const query = async (sql: string): Promise<unknown[]> => {
      const client = new Client(service.url);
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(sql);
      await client.end();
      return rows;
    };
    await query('CREATE TABLE public.kept AS SELECT 1 AS a');
    await service.kill();
    await service.restart();
    expect(await query('SELECT a FROM public.kept')).toEqual([{ a: 1 }]);
    await service.stop();
  });
});
