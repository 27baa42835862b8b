import { createServer, type AddressInfo } from 'node:net';
import { mongod } from '@watchpost/bench/servers/mongo';
import { freePort, startServer } from '@watchpost/bench/servers/server';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { bad, examined } from '../support/scale-doctor.ts';
import { postgres, redis, type Service } from '../support/services.ts';

const password = 'canary-of-the-doctor';
/** The same address for another user. */
const as = (url: string, user: string): string => {
  const changed = new URL(url);
  [changed.username, changed.password] = [user, password];
  return changed.href;
};
/** What is wrong, and never with the password. */
async function wrong(env: Record<string, string>, ids: RegExp): Promise<string[]> {
  const lines = bad(await examined(env, ids, { limitMs: 5_000 }));
  expect(lines.join('\n')).not.toContain(password);
  return lines;
}

describeWith(
  ['redis'],
  'the doctor as a user of Redis with too few rights',
  () => {
    let server: Service;
    let client: Redis;
    beforeAll(async () => {
      server = await redis({ own: true });
      client = new Redis(server.url);
    });
    afterAll(async () => {
      client?.disconnect();
      await server?.stop();
    });

    it.each<[rights: string[], lines: RegExp[]]>([
      [['~watchpost:*', '&*', '+@all', '-config', '-acl', '-client|list'], []],
      [
        ['~*', '&*', '+@read', '+info', '+time', '+@connection', '+multi', '+discard'],
        [/^fault redis.rights: .* may not use EVAL, HSET, RPUSH/],
      ],
      [['~other:*', '&*', '+@all'], [/^fault redis.rights: .*EVAL, HSET, HGETALL.* → .*ACL SETUSER/]],
      [['~*', '&*', '+@all', '-info'], [/^fault redis: .* refuses our user what it needs: NOPERM/]],
    ])('%j', async (rights, expected) => {
      await client.acl('SETUSER', 'ours', 'reset', 'on', `>${password}`, ...rights);
      const lines = await wrong({ REDIS_URL: as(server.url, 'ours') }, /^redis(?!\.latency)/);
      expect(lines).toHaveLength(expected.length);
      for (const [index, line] of expected.entries()) expect(lines[index]).toMatch(line);
      expect(await client.keys('*')).toEqual([]);
    });

    it('says that a server is loading its data', async () => {
      const loading = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (chunk: Buffer) => {
          for (const _command of chunk.toString().match(/^\*\d/gm) ?? [])
            socket.write('-LOADING Redis is loading the dataset in memory\r\n');
        });
      });
      await new Promise<void>((resolve) => {
        loading.listen(0, '127.0.0.1', resolve);
      });
      const { port } = loading.address() as AddressInfo;
      expect(await wrong({ REDIS_URL: `redis://127.0.0.1:${String(port)}` }, /^redis/)).toEqual([
        expect.stringMatching(/^fault redis: .*loading the dataset/),
      ]);
      loading.close();
    });
  },
  { own: true },
);

describeWith(
  ['postgres'],
  'the doctor as a user of PostgreSQL with too few rights',
  () => {
    let server: Service;
    let client: Client;
    const rights = /^(keys|postgres(?!\.durability))/;
    beforeAll(async () => {
      server = await postgres({ own: true });
      await (await openDatabase({ POSTGRES_URL: server.url }, { log: createLogger('test', 'silent') }, never)).close();
      client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(`CREATE ROLE nobody LOGIN PASSWORD '${password}'; CREATE ROLE reader LOGIN PASSWORD '${password}';
        GRANT USAGE ON SCHEMA watchpost TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA watchpost TO reader;
        CREATE ROLE writer LOGIN PASSWORD '${password}'; GRANT USAGE ON SCHEMA watchpost TO writer;
        GRANT ALL ON ALL TABLES IN SCHEMA watchpost TO writer`);
    }, 60_000);
    afterAll(async () => {
      await client?.end();
      await server?.stop();
    });

    it('finds tables that it may not read, or not write', async () => {
      expect(await wrong({ POSTGRES_URL: as(server.url, 'writer') }, rights)).toEqual([]);
      for (const user of ['reader', 'nobody'])
        expect(await wrong({ POSTGRES_URL: as(server.url, user) }, rights)).toEqual([
          expect.stringMatching(/^fault postgres.rights: .* may not read and write \d+ tables, such as watchpost\.\w+ → .*GRANT USAGE/),
        ]);
    });

    it('finds that it may only read, and may open few connections, and counts those of others', async () => {
      const env = { POSTGRES_URL: as(server.url, 'writer') };
      await client.query('ALTER ROLE writer SET default_transaction_read_only = on; ALTER ROLE writer CONNECTION LIMIT 15');
      expect(await wrong(env, rights)).toEqual([
        expect.stringMatching(/^fault postgres.connections: our user may open 15 connections.* → ALTER ROLE/),
        expect.stringMatching(/^fault postgres.role: .*default_transaction_read_only.* → .*disk is full/),
      ]);
      await client.query('ALTER ROLE writer RESET default_transaction_read_only; ALTER ROLE writer CONNECTION LIMIT -1');
      const others = Array.from({ length: 20 }, () => new Client({ connectionString: server.url }));
      await Promise.all(others.map(async (other) => other.connect()));
      const [line = ''] = await examined(env, /^postgres.connections/);
      await Promise.all(others.map(async (other) => other.end()));
      expect(Number(/(\d+) of/.exec(line)?.[1])).toBeGreaterThan(others.length);
    });
  },
  { own: true },
);

describeWith(['mongo'], 'the doctor as a user of MongoDB with too few rights', () => {
  it('names what it may not do', async () => {
    const binary = mongod(process.env);
    if (binary === undefined) throw new Error('no mongod');
    const port = await freePort();
    const root = `mongodb://127.0.0.1:${String(port)}/`;
    let isMade = false;
    const server = await startServer({
      url: `${root}watchpost`,
      command: (dir) => [binary, '--auth', '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dir],
      probe: async () => {
        if (isMade) return;
        const client = new MongoClient(`${root}?serverSelectionTimeoutMS=1000`);
        // The first user may be made by whoever is on the machine.
        const admin = client.db('admin');
        try {
          await admin.command({ createUser: 'root', pwd: password, roles: ['root'] });
        } finally {
          await client.close();
        }
        isMade = true;
      },
    });
    const client = new MongoClient(as(`${root}admin`, 'root'));
    try {
      const users = { ours: [{ role: 'readWrite', db: 'watchpost' }], reader: [{ role: 'read', db: 'watchpost' }], nobody: [] };
      for (const [user, roles] of Object.entries(users)) await client.db('watchpost').command({ createUser: user, pwd: password, roles });
      const of = async (user: string, database = 'watchpost') =>
        wrong({ MONGO_CONNECTION_STRING: `${as(`${root}${database}`, user)}?authSource=watchpost` }, /^(keys|mongo(?!\.replicas))/);
      expect(await of('ours')).toEqual([]);
      expect(await of('reader')).toEqual([expect.stringMatching(/^fault mongo.rights: .*lacks insert, update, remove.* → .*readWrite/)]);
      const nothing = /^fault mongo.rights: .*lacks listCollections, find, insert/;
      expect(await of('nobody')).toEqual([expect.stringMatching(nothing)]);
      expect(await of('ours', 'another')).toEqual([expect.stringMatching(nothing)]);
    } finally {
      await client.close();
      await server.stop();
    }
  }, 60_000);
});
