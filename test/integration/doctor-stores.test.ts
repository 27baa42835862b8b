import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { runCommand } from '@watchpost/cli/run-command';
import { providePostgres } from '@watchpost/bench/servers/postgres';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createRules } from '@watchpost/rules/store/rules';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { bad, examined } from '../support/scale-doctor.ts';
import { startRedisCluster } from '../support/scale-redis-cluster.ts';
import { mongoReplicaSet, mongoStandalone, postgres, redis, type Service } from '../support/services.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const log = createLogger('test', 'silent');

/** Makes a gallery, with a rule that keeps originals. */
async function makeGallery(storage: StorageConfig): Promise<void> {
  const { documents, close } = await openDatabase(storage, { log }, never);
  try {
    const rules = createRules(documents, { canQuarantine: true });
    await rules.add({ name: 'Keys', look: { detector: 'secrets' }, action: 'quarantine' }, 'test', never);
  } finally {
    await close();
  }
}

const keyIsMissing = /^fault keys.quarantine: 1 rule is to keep originals in quarantine, and QUARANTINE_KEY is not set/;

describeWith(
  ['redis'],
  'the doctor on Redis',
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
    // How fast it answers depends on what else this machine does: test/unit/doctor/judge.test.ts.
    const found = async (more = {}) => bad(await examined({ REDIS_URL: server.url, ...more }, /^redis(?!\.latency)/));

    it('finds nothing wrong with one as production should have it', async () => {
      expect(await found()).toEqual([]);
    });

    it.each<[name: string, wrong: string, line: RegExp]>([
      ['maxmemory-policy', 'allkeys-lru', /^fault redis.eviction: .*allkeys-lru.* → redis-cli config set maxmemory-policy noeviction/],
      ['appendonly', 'no', /^fault redis.persistence: .*keeps nothing on its disk/],
      ['appendfsync', 'no', /^warning redis.persistence: .*appendfsync no/],
      ['maxmemory', '1200kb', /^(warning|fault) redis.memory: .* uses \d MB of 1 MB/],
    ])('finds %s %s', async (name, wrong, line) => {
      const [, before = ''] = await client.config('GET', name);
      await client.config('SET', name, wrong);
      expect(await found()).toEqual([expect.stringMatching(line)]);
      await client.config('SET', name, before);
    });

    it('finds a replica, and snapshots without an append-only file', async () => {
      await client.config('SET', 'appendonly', 'no');
      await client.config('SET', 'save', '3600 1');
      await client.replicaof('127.0.0.1', 9);
      const lines = await found();
      await client.replicaof('NO', 'ONE');
      expect(lines).toEqual([
        expect.stringMatching(/^fault redis.role: .*replica/),
        expect.stringMatching(/^fault redis.persistence: .*since its last snapshot \(save 3600 1\)/),
      ]);
      await client.config('SET', 'save', '');
      await client.config('SET', 'appendonly', 'yes');
    });

    it('finds a single server that is taken for a Cluster, and a prefix without braces', async () => {
      expect(await found({ REDIS_CLUSTER: 'on' })).toEqual([expect.stringMatching(/^fault redis.cluster: .*it is a single server/)]);
      const lines = await examined({ REDIS_URL: server.url, REDIS_CLUSTER: 'on', QUEUE_PREFIX: 'site' }, /^config$/);
      expect(lines).toEqual([expect.stringMatching(/^fault config: QUEUE_PREFIX: a Redis Cluster needs braces/)]);
    });

    it('finds a server that hangs, and one without the right password', async () => {
      server.pause();
      const lines = await examined({ REDIS_URL: server.url }, /^redis/, { limitMs: 500 });
      expect(lines).toEqual([expect.stringMatching(/^fault redis: no answer within 0.5 s → look whether Redis runs/)]);
      server.resume();
      await client.config('SET', 'requirepass', 'canary');
      expect(await found()).toEqual([expect.stringMatching(/^fault redis: .*NOAUTH/)]);
      expect(await found({ REDIS_URL: server.url.replace('://', '://:canary@') })).toEqual([]);
    });
  },
  { own: true },
);

describeWith(['redis'], 'the doctor on a Redis Cluster', () => {
  it('examines every master, finds a node that is used as a single server, and slots that nobody serves', async () => {
    const cluster = await startRedisCluster();
    try {
      const one = { REDIS_URL: cluster.nodes[0]!.url };
      expect(bad(await examined(one, /^redis.cluster/))).toEqual([expect.stringMatching(/^fault .*REDIS_CLUSTER=on/)]);
      const lines = await examined({ ...one, REDIS_CLUSTER: 'on' }, /^redis/);
      expect(lines.filter((line) => line.includes(' redis.version:'))).toHaveLength(3);
      expect(lines).toContainEqual(expect.stringMatching(/^ok redis.cluster: 3 masters .*\{watchpost\}/));
      const client = new Redis(one.REDIS_URL);
      await client.cluster('DELSLOTS', (await client.cluster('SLOTS'))[0]![0]).catch(async () => client.cluster('DELSLOTS', 0));
      client.disconnect();
      expect(bad(await examined({ ...one, REDIS_CLUSTER: 'on' }, /^redis.cluster/))).toEqual([
        expect.stringMatching(/^fault .*all its slots/),
      ]);
    } finally {
      await cluster.stop();
    }
  }, 60_000);
});

describeWith(['mongo'], 'the doctor on MongoDB', () => {
  it('finds a standalone server', async () => {
    const server = await mongoStandalone();
    try {
      const lines = await examined({ MONGO_CONNECTION_STRING: server.url }, /^mongo/);
      expect(bad(lines)).toEqual([expect.stringMatching(/^warning mongo.replicas: .*standalone/)]);
      expect(lines).toContainEqual(expect.stringMatching(/^note mongo.gallery: there is no gallery/));
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('finds dropped indexes and a missing key, and makes nothing itself', async () => {
    const server = await mongoReplicaSet();
    const client = new MongoClient(server.url);
    try {
      const env = { MONGO_CONNECTION_STRING: server.url };
      await makeGallery(env);
      expect(bad(await examined({ ...env, QUARANTINE_KEY: randomUUID() }, /^(mongo|keys)/))).toEqual([]);
      await client.db().collection('faces').dropIndex('version_1');
      await client.db().collection('snapshots').dropIndex('expiresAt_1');
      for (let time = 0; time < 2; time += 1)
        expect(bad(await examined(env, /^(mongo|keys)/))).toEqual([
          expect.stringMatching(
            /^fault mongo.indexes: 2 indexes are missing in \w+: faces \(version 1\); snapshots \(expiresAt 1\) → start a worker again/,
          ),
          expect.stringMatching(keyIsMissing),
        ]);
      await makeGalleryAgain(env);
      expect(bad(await examined(env, /^mongo/))).toEqual([]);
    } finally {
      await client.close();
      await server.stop();
    }
  }, 60_000);
});

/** As a worker that starts. */
const makeGalleryAgain = async (storage: StorageConfig): Promise<void> => (await openDatabase(storage, { log }, never)).close();

describeWith(
  ['postgres'],
  'the doctor on PostgreSQL',
  () => {
    let server: Service;
    const sql = async (...statements: string[]): Promise<void> => {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      for (const statement of statements) await client.query(statement);
      await client.end();
    };
    beforeAll(async () => {
      server = await postgres({ own: true });
    }, 60_000);
    afterAll(async () => server?.stop());

    it('finds dropped and invalid indexes, unsafe settings and a missing key; what it says mends them', async () => {
      const env = { POSTGRES_URL: server.url };
      expect(await examined(env, /^postgres.gallery/)).toEqual([expect.stringMatching(/^note .*no gallery/)]);
      await makeGallery(env);
      // The server of the tests does without these.
      const unsafe = /^(fault) postgres.durability: (fsync|full_page_writes) is off/;
      expect(bad(await examined(env, /^(postgres|keys)/)).filter((line) => !unsafe.test(line))).toEqual([
        expect.stringMatching(keyIsMissing),
      ]);
      expect(bad(await examined(env, /^postgres.durability/))).toEqual([expect.stringMatching(unsafe), expect.stringMatching(unsafe)]);
      await sql(
        'DROP INDEX watchpost.faces_person',
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'watchpost.audit_at'::regclass",
        'ALTER SYSTEM SET idle_session_timeout = 60000',
        'ALTER SYSTEM SET synchronous_commit = off',
        'SELECT pg_reload_conf()',
      );
      const lines = bad(await examined(env, /^postgres/)).filter((line) => !unsafe.test(line));
      expect(lines).toEqual([
        expect.stringMatching(/^warning postgres.durability: synchronous_commit is off/),
        expect.stringMatching(/^warning postgres.idle: .*60 s/),
        expect.stringMatching(/^fault postgres.indexes: the index watchpost.audit_at is invalid.* → REINDEX INDEX watchpost.audit_at/),
        expect.stringMatching(/^fault postgres.indexes: 1 index is missing: faces_person/),
      ]);
      await sql('REINDEX INDEX watchpost.audit_at', 'DELETE FROM watchpost.schema_made');
      await makeGalleryAgain(env);
      expect(bad(await examined(env, /^postgres.indexes/))).toEqual([]);
    });

    it('finds too few connections', async () => {
      const small = await providePostgres({}, { own: true, settings: { max_connections: '20' } });
      try {
        expect(await examined({ POSTGRES_URL: small.url }, /^postgres.connections/)).toEqual([
          expect.stringMatching(/^fault .* takes 1\d connections of users, and .* some 80 → set max_connections to 100 at least/),
        ]);
      } finally {
        await small.stop();
      }
    });
  },
  { own: true },
);

describeWith(['redis'], 'watchpost doctor', () => {
  it('prints the worst first, with what to do, as text or JSON, and exits with 1 only where there is a fault', async () => {
    const server = await redis({ own: true });
    const client = new Redis(server.url);
    const doctor = async (args: string[]) => {
      const out: string[] = [];
      const env = { REDIS_URL: server.url, PORT: '0', WORKER_PORT: '0', FEED_PORT: '0', CONSOLE_PORT: '0' };
      const code = await runCommand(['doctor', ...args], { env, print: (line) => void out.push(line), warn: () => undefined });
      return { code, out };
    };
    try {
      const well = await doctor([]);
      expect([well.code, well.out.at(-1)]).toEqual([0, expect.stringMatching(/; \d+ in order$/)]);
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const ill = await doctor([]);
      expect(ill.code).toBe(1);
      expect(ill.out[0]).toMatch(/^fault {4}redis.eviction +127.0.0.1:\d+ has maxmemory-policy allkeys-lru/);
      expect(ill.out[1]).toMatch(/^ +→ redis-cli config set/);
      const { out } = await doctor(['--json']);
      const report = JSON.parse(out.join('')) as { counts: { fault: number }; findings: { id: string; severity: string }[] };
      expect(report.counts.fault).toBe(1);
      expect(report.findings.filter(({ severity }) => severity === 'fault').map(({ id }) => id)).toEqual(['redis.eviction']);
    } finally {
      client.disconnect();
      await server.stop();
    }
  });
});
