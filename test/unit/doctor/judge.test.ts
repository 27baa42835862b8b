import { reportCpu } from '@watchpost/doctor/machine/cpu';
import { reportRoom } from '@watchpost/doctor/machine/disk';
import { limitIn, reportMemory } from '@watchpost/doctor/machine/memory';
import { openFilesIn, reportNode, reportOpenFiles } from '@watchpost/doctor/machine/runtime';
import { reportMongo } from '@watchpost/doctor/stores/mongo';
import { reportPostgres } from '@watchpost/doctor/stores/postgres';
import { reportRedis } from '@watchpost/doctor/stores/redis';
import { isAtLeast } from '@watchpost/doctor/stores/versions';
import type { MongoFacts } from '@watchpost/gallery/stores/mongo/facts';
import type { PostgresFacts } from '@watchpost/gallery/stores/postgres/facts';
import type { RedisFacts } from '@watchpost/shared/jobs/redis-facts';
import { describe, expect, it } from 'vitest';
import { bad, collect } from '../../support/scale-doctor.ts';

const clock = { theirsMs: 1_795_000_000_000, oursMs: 1_795_000_000_000 };
const member = (name: string, state = 'SECONDARY', over = {}) => ({ name, state, healthy: true, behindMs: 0, ...over });
const mongo: MongoFacts = {
  database: 'watchpost',
  version: '7.0.5',
  kind: 'replica set',
  members: [member('a', 'PRIMARY'), member('b'), member('c')],
  compatibility: '7.0',
  clock,
  forbidden: [],
  hasGallery: true,
  missingIndexes: [],
  document: null,
};
const settings = {
  max_connections: '100',
  superuser_reserved_connections: '3',
  fsync: 'on',
  full_page_writes: 'on',
  server_encoding: 'UTF8',
};
const postgres: PostgresFacts = {
  database: 'watchpost',
  version: 170_002,
  settings: new Map(Object.entries(settings)),
  connections: 10,
  connectionLimit: null,
  clock,
  isStandby: false,
  sharesConnections: false,
  hasGallery: true,
  missingIndexes: [],
  invalidIndexes: [],
  mayCreate: true,
  forbiddenTables: [],
  document: null,
};
const both = { queue: true, gallery: true };

describe('what a MongoDB says', () => {
  it('is well', () => expect(bad(collect((report) => reportMongo(report, mongo)))).toEqual([]));

  it.each<[Partial<MongoFacts>, RegExp]>([
    [{ version: '4.2.9', compatibility: '4.2' }, /^fault mongo.version: .*4.2.9, and 4.4 is needed/],
    [{ compatibility: '6.0' }, /^warning mongo.compatibility: .*6.0, and the server is 7.0.5.*setFeatureCompatibilityVersion: "7.0"/],
    [
      { members: [member('a', 'PRIMARY'), member('b'), member('c', '(not reachable/healthy)', { healthy: false })] },
      /^fault mongo.replicas: c is \(not reachable/,
    ],
    [{ members: [member('a', 'PRIMARY'), member('b', 'RECOVERING'), member('c')] }, /^fault mongo.replicas: b is recovering/],
    [{ members: [member('a'), member('b'), member('c')] }, /^fault mongo.replicas: .*no primary/],
    [{ members: [member('a', 'PRIMARY'), member('b')] }, /^warning mongo.replicas: .*2 members/],
    [
      { members: [member('a', 'PRIMARY'), member('b', 'SECONDARY', { behindMs: 90_000 }), member('c')] },
      /^warning mongo.replicas: b is 90 s behind/,
    ],
    [{ kind: 'standalone', members: null }, /^warning mongo.replicas: .*standalone.*rs.initiate/],
    [{ clock: { ...clock, oursMs: clock.oursMs + 90_000 } }, /^fault mongo.clock: .*90 s ahead/],
    [{ missingIndexes: ['faces (version 1)'] }, /^fault mongo.indexes: 1 index is missing in watchpost: faces \(version 1\)/],
  ])('%j', (over, line) => {
    expect(bad(collect((report) => reportMongo(report, { ...mongo, ...over })))).toEqual([expect.stringMatching(line)]);
  });
});

const redis: RedisFacts = {
  host: 'r:6379',
  version: '7.0.15',
  mode: 'standalone',
  role: 'master',
  evictionPolicy: 'noeviction',
  memory: { used: 1e8, limit: 1e9, ofMachine: 8e9 },
  persistence: { appendOnly: true, fsync: 'everysec', snapshots: '', lastAppendFailed: false, lastSaveFailed: false },
  clients: { connected: 40, most: 10_000 },
  prefix: 'watchpost',
  forbidden: [],
  clock,
  answerMs: 0.4,
  isWhole: null,
};

describe('what a Redis says', () => {
  it('is well', () => expect(bad(collect((report) => reportRedis(report, redis)))).toEqual([]));

  it.each<[Partial<RedisFacts>, RegExp]>([
    [{ version: '6.0.16' }, /^fault redis.version: .*6.0.16, and 6.2 is needed/],
    [{ answerMs: 80.4 }, /^warning redis.latency: r:6379 takes 80 ms/],
    [{ answerMs: 900 }, /^fault redis.latency: .*900 ms/],
    [{ clients: { connected: 9_000, most: 10_000 } }, /^warning redis.clients: .*9000 of at most 10000/],
    [{ memory: { used: 9.7e8, limit: 1e9, ofMachine: 8e9 } }, /^fault redis.memory: .*970 MB of 1000 MB/],
    [{ memory: { used: 7e9, limit: 0, ofMachine: 8e9 } }, /^warning redis.memory: .* that its machine has/],
    [{ persistence: { ...redis.persistence, lastAppendFailed: true } }, /^fault redis.persistence: .*could not write/],
    [{ clock: { ...clock, oursMs: clock.oursMs - 10_000 } }, /^warning redis.clock: .*10 s behind/],
  ])('%j', (over, line) => {
    expect(bad(collect((report) => reportRedis(report, { ...redis, ...over })))).toEqual([expect.stringMatching(line)]);
  });
});

describe('what a PostgreSQL says', () => {
  it('is well', () => expect(bad(collect((report) => reportPostgres(report, postgres, both)))).toEqual([]));

  it.each<[Partial<PostgresFacts>, Record<string, string>, RegExp]>([
    [{ version: 130_011 }, {}, /^fault postgres.version: .*13.11, and 14/],
    [{ isStandby: true }, {}, /^fault postgres.role/],
    [{ sharesConnections: true }, {}, /^fault postgres.pooler: .*LISTEN.* → .*pool_mode = session/],
    [{ connections: 90 }, {}, /^warning postgres.connections: 90 of 97/],
    [{}, { max_connections: '20' }, /^fault postgres.connections: PostgreSQL takes 17 .*some 80/],
    [{}, { full_page_writes: 'off' }, /^fault postgres.durability: full_page_writes is off/],
    [{}, { synchronous_commit: 'off' }, /^warning postgres.durability: synchronous_commit/],
    [{}, { server_encoding: 'SQL_ASCII' }, /^fault postgres.encoding: .*SQL_ASCII/],
    [{}, { idle_session_timeout: '60000' }, /^warning postgres.idle: .*60 s/],
    [{ hasGallery: false, mayCreate: false }, {}, /^fault postgres.rights/],
    [{ invalidIndexes: ['watchpost.faces_person'] }, {}, /^fault postgres.indexes: .*faces_person is invalid.* → REINDEX/],
  ])('%j %j', (over, set, line) => {
    const facts = { ...postgres, ...over, settings: new Map(Object.entries({ ...settings, ...set })) };
    expect(bad(collect((report) => reportPostgres(report, facts, both)))).toEqual([expect.stringMatching(line)]);
  });

  it('needs fewer connections, and no patience with idle ones, where the queue is elsewhere', () => {
    const facts = { ...postgres, settings: new Map(Object.entries({ ...settings, max_connections: '30', idle_session_timeout: '60000' })) };
    expect(bad(collect((report) => reportPostgres(report, facts, { queue: false, gallery: true })))).toEqual([]);
  });
});

describe('this machine', () => {
  const cpu = { model: 'Xeon', architecture: 'x64', flags: new Set(['avx2']), cores: 4, threads: 4 };
  it.each([
    [cpu, /^ok machine.cpu: Xeon, 4 cores, AVX2/],
    [{ ...cpu, flags: new Set(['sse4_2']) }, /^warning machine.cpu: .*no AVX2/],
    [{ ...cpu, architecture: 'arm64', flags: new Set<string>() }, /^ok machine.cpu: Xeon, 4 cores$/],
  ])('a processor %j', (facts, line) => expect(collect((report) => reportCpu(report, facts))).toEqual([expect.stringMatching(line)]));

  it.each([
    [{ total: 8e9, available: 6e9, limit: null, threads: 4 }, /^ok machine.memory: this machine has 8000 MB.*790 MB/],
    [{ total: 8e9, available: 6e9, limit: 5e8, threads: 4 }, /^fault machine.memory: this container has 500 MB/],
    [{ total: 8e9, available: 2e8, limit: null, threads: 1 }, /^warning machine.memory: 200 MB of 8000 MB are free/],
  ])('memory %j', (facts, line) => expect(collect((report) => reportMemory(report, facts))).toEqual([expect.stringMatching(line)]));

  it('reads the limits of containers, in both versions of cgroups', () => {
    expect(limitIn(['max\n', ''], 8e9)).toBeNull();
    expect(limitIn(['536870912\n', ''], 8e9)).toBe(536_870_912);
    expect(limitIn(['', '9223372036854771712\n'], 8e9)).toBeNull();
  });

  it.each([
    [5e10, /^ok .*50 GB/],
    [5e8, /^warning .*500 MB/],
    [5e7, /^fault .*50 MB/],
  ])('a disk with %d bytes left', (bytes, line) =>
    expect(collect((report) => reportRoom(report, 'files', '/x', bytes))).toEqual([expect.stringMatching(line)]),
  );

  it.each([
    ['20.19.0', /^ok/],
    ['24.1.0', /^ok/],
    ['25.0.0', /^warning .*odd/],
    ['20.18.9', /^fault .*20.19 is needed/],
  ])('Node %s', (version, line) => expect(collect((report) => reportNode(report, version))).toEqual([expect.stringMatching(line)]));

  it('counts readers of feeds among the files', () => {
    const limit = openFilesIn(
      'Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n',
    );
    expect(limit).toBe(1_024);
    expect(openFilesIn('Max open files            unlimited            unlimited            files')).toBe(Number.POSITIVE_INFINITY);
    expect(openFilesIn('')).toBeNull();
    expect(collect((report) => reportOpenFiles(report, 1_024, null))).toEqual([expect.stringMatching(/^ok/)]);
    expect(collect((report) => reportOpenFiles(report, 1_024, 10_000))).toEqual([
      expect.stringMatching(/^warning .*1024 files, and 11024/),
    ]);
  });

  it.each([
    ['6.2', '6.2', true],
    ['6.2.1', '6.2', true],
    ['10.0', '6.2', true],
    ['6.1.99', '6.2', false],
    ['6', '6.2', false],
  ])('version %s for %s: %s', (have, need, enough) => expect(isAtLeast(have, need)).toBe(enough));
});
