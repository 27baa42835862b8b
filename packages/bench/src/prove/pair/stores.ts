import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { pause } from '@watchpost/shared/wait';
import { startMongo } from '../../servers/mongo.ts';
import { familyOf, send } from '../../servers/postgres.ts';
import { startRedis } from '../../servers/redis.ts';
import { makeFolder, type Server } from '../../servers/server.ts';
import { mountDisk, type Disk } from './disk.ts';
import type { Journal } from './journal.ts';

/** A store as the proof mistreats it. */
export interface Store {
  name: string;
  /** `kill -9`, and after a while a new start. */
  restart(afterMs: number): Promise<void>;
  pause(): void;
  resume(): void;
  /** Null where none can be mounted. */
  disk: Disk | null;
  /** What an operator does when there is space again. */
  afterFullDisk(): Promise<void>;
}

export interface Stores {
  all: Store[];
  /** Where queue and gallery are. */
  storage: StorageConfig;
  stop(): Promise<void>;
}

const never = new AbortController().signal;
/** Room for the files that a database makes in advance. Megabytes. */
const diskMegabytes = 700;

/** Redis and a replica set of one MongoDB. */
export async function startRedisAndMongo(env: Env, withDisks: boolean): Promise<Stores> {
  const disks = withDisks ? [await mountDisk(diskMegabytes), await mountDisk(diskMegabytes)] : [null, null];
  const within = (disk: Disk | null | undefined) => (disk ? { within: disk.folder } : {});
  const redis = await startRedis(env, { own: true, ...within(disks[0]) }, 'always');
  const mongo = await startMongo(env, 'replica set', { own: true, ...within(disks[1]) });
  return {
    // Redis writes again by itself. MongoDB has ended.
    all: [
      { ...asStore('Redis', redis, disks[0] ?? null), afterFullDisk: async () => undefined },
      asStore('MongoDB', mongo, disks[1] ?? null),
    ],
    storage: { REDIS_URL: redis.url, MONGO_CONNECTION_STRING: mongo.url },
    stop: async () => {
      await Promise.all([redis.stop(), mongo.stop()]);
      for (const disk of disks) await disk?.stop();
    },
  };
}

function asStore(name: string, server: Server, disk: Disk | null): Store {
  const restart = async (afterMs: number): Promise<void> => {
    await server.kill();
    await pause(afterMs, never);
    await server.restart();
  };
  return { name, restart, pause: server.pause, resume: server.resume, disk, afterFullDisk: async () => restart(0) };
}

/** The PostgreSQL of a launcher, which starts it again itself. */
export function embeddedStore(dataDir: string, disk: Disk | null): Store {
  const pid = (): number => Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const signal = (name: NodeJS.Signals): void => {
    for (const each of familyOf(pid())) send(each, name);
  };
  const forgiving = (act: () => void): void => {
    try {
      act();
    } catch {
      // It is not running at this moment.
    }
  };
  return {
    name: 'PostgreSQL',
    restart: async () => forgiving(() => signal('SIGKILL')),
    pause: () => forgiving(() => signal('SIGSTOP')),
    resume: () => forgiving(() => signal('SIGCONT')),
    disk,
    afterFullDisk: async () => undefined,
  };
}

/** A folder for the launcher's data: on a small disk, if there is to be one. */
export async function dataFolder(withDisk: boolean): Promise<{ dataDir: string; disk: Disk | null; remove: () => Promise<void> }> {
  const disk = withDisk ? await mountDisk(diskMegabytes) : null;
  if (disk) return { dataDir: join(disk.folder, 'data'), disk, remove: async () => disk.stop() };
  const dataDir = await makeFolder();
  return { dataDir, disk, remove: async () => rm(dataDir, { recursive: true, force: true }) };
}

/** The processes that this one has started, with their command lines. */
export function childrenOf(parent: number): { pid: number; command: string }[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((row) => {
    const [, pid, ppid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), command }] : [];
  });
}

/** Does to a store what the plan says, and notes it. */
export async function mistreat(store: Store, kind: 'restart' | 'freeze' | 'disk', forMs: number, journal: Journal): Promise<void> {
  const seconds = `${(forMs / 1_000).toFixed(1)} s`;
  if (kind === 'disk' && !store.disk) return;
  journal.note(store.name, kind === 'restart' ? 'killed' : kind === 'freeze' ? `frozen for ${seconds}` : `its disk is full for ${seconds}`);
  journal.count(`${kind} ${store.name}`);
  if (kind === 'restart') return store.restart(forMs);
  if (kind === 'freeze') {
    store.pause();
    await pause(forMs, never);
    return store.resume();
  }
  await store.disk?.fill();
  await pause(forMs, never);
  await store.disk?.free();
  await store.afterFullDisk();
}
