import { providePostgres } from '@watchpost/bench/servers/postgres';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { mongoReplicaSet, mongoStandalone, postgres, redis } from '../support/services.ts';

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

describeWith(
  ['postgres'],
  'a PostgreSQL for tests',
  () => {
    it('keeps its data and its URL over a kill, and answers nothing while paused', async () => {
      const service = await postgres({ own: true });
      const query = async (sql: string): Promise<unknown[]> => {
        const client = new Client({ connectionString: service.url, connectionTimeoutMillis: 300 });
        await client.connect();
        const { rows } = await client.query<Record<string, unknown>>(sql);
        await client.end();
        return rows;
      };
      await query('CREATE TABLE kept AS SELECT 1 AS a');
      service.pause();
      await expect(query('SELECT 1')).rejects.toThrow('timeout');
      service.resume();
      await service.kill();
      await service.restart();
      expect(await query('SELECT a FROM kept')).toEqual([{ a: 1 }]);
      await service.stop();
      await expect(query('SELECT 1')).rejects.toThrow('ENOENT');
    });

    it('is a database of its own where POSTGRES_URL names a server', async () => {
      const server = await postgres({ own: true });
      const [one, two] = [await providePostgres({ POSTGRES_URL: server.url }), await providePostgres({ POSTGRES_URL: server.url })];
      const nameIn = async (url: string): Promise<unknown> => {
        const client = new Client(url);
        await client.connect();
        const { rows } = await client.query('SELECT current_database() AS name');
        await client.end();
        return rows[0]?.name;
      };
      expect(new Set(await Promise.all([server, one, two].map(async ({ url }) => nameIn(url)))).size).toBe(3);
      await Promise.all([one.stop(), two.stop()]);
      await expect(nameIn(one.url)).rejects.toMatchObject({ code: '3D000' });
      await server.stop();
    });
  },
  { own: true },
);
