import { isRedisCluster, queuePrefix } from '@watchpost/shared/config/common';
import { readRedisFacts, type RedisFacts } from '@watchpost/shared/jobs/redis-facts';
import { reportClock } from '../clock.ts';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';
import { isAtLeast } from './versions.ts';

/** BullMQ wants this one. */
const leastVersion = '6.2';
/** Ingest waits 2.5 s for the queue; a snapshot takes some dozens of commands. Milliseconds. */
const [slowMs, tooSlowMs] = [20, 500];
const [fullShare, tooFullShare] = [0.8, 0.95];

/** The Redis of the queue. */
export function redisChecks({ storage }: DoctorConfig): Check[] {
  if (!storage?.REDIS_URL) return [];
  return [
    {
      id: 'redis',
      repair:
        'look whether Redis runs, and whether REDIS_URL has its address, user and password; until then events are refused and sent again',
      examine: async (report, signal) => {
        const servers = await readRedisFacts(storage, signal);
        for (const facts of servers) reportRedis(report, facts);
        reportCluster(report, storage, servers);
      },
    },
  ];
}

/** Judges what a Redis says about itself. */
export function reportRedis(report: Report, facts: RedisFacts): void {
  const { host, version, role, evictionPolicy, answerMs, clock, clients } = facts;
  if (isAtLeast(version, leastVersion)) report.ok('redis.version', `${host} is version ${version}`);
  else
    report.fault(
      'redis.version',
      `${host} is version ${version}, and ${leastVersion} is needed`,
      `update Redis to ${leastVersion} or newer`,
    );
  if (facts.forbidden.length > 0)
    report.fault(
      'redis.rights',
      `our user on ${host} may not use ${facts.forbidden.join(', ')} on the queue’s keys: jobs cannot be queued or done`,
      `give it all commands on the keys of the queue: ACL SETUSER … ~${facts.prefix}:* &* +@all`,
    );
  if (role !== 'master') report.fault('redis.role', `${host} is a replica: it takes no jobs`, 'let REDIS_URL name the primary');
  if (evictionPolicy === 'noeviction') report.ok('redis.eviction', `${host} evicts nothing when it is full`);
  else
    report.fault(
      'redis.eviction',
      `${host} has maxmemory-policy ${evictionPolicy}: when it is full it throws jobs away`,
      'redis-cli config set maxmemory-policy noeviction, and the same in redis.conf',
    );
  reportPersistence(report, facts);
  reportMemory(report, facts);
  const inMs = `${answerMs < 1 ? answerMs.toFixed(1) : answerMs.toFixed(0)} ms`;
  if (answerMs < slowMs) report.ok('redis.latency', `${host} answers within ${inMs}`);
  else
    report[answerMs < tooSlowMs ? 'warning' : 'fault'](
      'redis.latency',
      `${host} takes ${inMs} for an answer`,
      'bring Redis nearer to ingest and workers, or look what keeps it busy: redis-cli --latency, SLOWLOG GET',
    );
  reportClock(report, 'redis.clock', clock, { who: `Redis at ${host}`, warnMs: 5_000, faultMs: 60_000 });
  if (clients.most > 0 && clients.connected / clients.most > fullShare)
    report.warning(
      'redis.clients',
      `${host} has ${String(clients.connected)} of at most ${String(clients.most)} connections`,
      'raise maxclients: a worker opens some 60 connections',
    );
}

function reportPersistence(report: Report, { host, persistence }: RedisFacts): void {
  const id = 'redis.persistence';
  const { appendOnly, fsync, snapshots, lastAppendFailed, lastSaveFailed } = persistence;
  const repair = 'redis-cli config set appendonly yes, and the same in redis.conf';
  if (lastAppendFailed || (lastSaveFailed && snapshots !== ''))
    report.fault(
      id,
      `${host} could not write its data to the disk the last time`,
      'look at its log and at the room on its disk: it may refuse every job',
    );
  if (!appendOnly && snapshots !== null && snapshots !== '')
    report.fault(id, `${host} has no append-only file: a restart loses all jobs since its last snapshot (save ${snapshots})`, repair);
  else if (!appendOnly) report.fault(id, `${host} keeps nothing on its disk: a restart loses every job that waits`, repair);
  else if (fsync === 'no')
    report.warning(
      id,
      `${host} leaves it to the system when its file is written (appendfsync no): a crash of the machine loses up to 30 s`,
      'redis-cli config set appendfsync everysec',
    );
  else report.ok(id, `${host} keeps an append-only file${fsync === null ? '' : ` (appendfsync ${fsync})`}`);
}

function reportMemory(report: Report, { host, memory: { used, limit, ofMachine } }: RedisFacts): void {
  const id = 'redis.memory';
  const most = limit > 0 ? limit : ofMachine;
  if (most === 0) return;
  const share = used / most;
  const says = `${host} uses ${inMb(used)} of ${inMb(most)}${limit > 0 ? '' : ' that its machine has'}`;
  const repair = 'raise maxmemory, or give it a machine with more: a finished job takes 1.5 kB for 26 hours; a full Redis refuses jobs';
  if (share >= tooFullShare) report.fault(id, says, repair);
  else if (share >= fullShare) report.warning(id, says, repair);
  else report.ok(id, says);
}

function reportCluster(report: Report, storage: Parameters<typeof isRedisCluster>[0], servers: readonly RedisFacts[]): void {
  const id = 'redis.cluster';
  const nodes = servers.filter(({ mode }) => mode === 'cluster');
  if (nodes.length > 0 && !isRedisCluster(storage))
    report.fault(
      id,
      `${nodes[0]?.host ?? 'it'} is a node of a Redis Cluster, and is used as a single server: no job is taken`,
      'set REDIS_CLUSTER=on',
    );
  else if (nodes.length === 0 && isRedisCluster(storage))
    report.fault(
      id,
      'REDIS_URL and REDIS_CLUSTER say that this is a Redis Cluster, and it is a single server',
      'leave out REDIS_CLUSTER, and give REDIS_URL one address',
    );
  else if (nodes.some(({ isWhole }) => isWhole === false))
    report.fault(id, 'the Cluster does not serve all its slots', 'redis-cli --cluster check HOST:PORT shows which node is missing');
  else if (nodes.length > 0) report.ok(id, `${String(nodes.length)} masters serve all slots; our keys begin with ${queuePrefix(storage)}`);
}

const inMb = (bytes: number): string => `${String(Math.round(bytes / 1e6))} MB`;
