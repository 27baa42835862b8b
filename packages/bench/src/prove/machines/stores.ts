import { MongoClient } from 'mongodb';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import type { Env } from '@watchpost/shared/config/parse-env';
import { mongod } from '../../servers/mongo.ts';
import { pingRedis } from '../../servers/redis.ts';
import { freePort, startServer, untilAnswering, type Server } from '../../servers/server.ts';
import type { Store } from '../pair/stores.ts';
import type { Machine, Network } from './network.ts';

const never = new AbortController().signal;
const setName = 'machines';

/** A Redis, and three members of a replica set, each on a machine of its own. */
export interface RemoteStores {
  storage: StorageConfig;
  stores: Store[];
  stop(): Promise<void>;
}

/** Starts them. What can be done to them: kill and freeze Redis; kill the primary, or make it step down; cut its cable. */
export async function startRemoteStores(network: Network, env: Env): Promise<RemoteStores> {
  const redisMachine = await network.addMachine('redis');
  const redis = await startRedisOn(redisMachine);
  const members: Member[] = [];
  for (const name of ['mongo 1', 'mongo 2', 'mongo 3']) members.push(await startMongoOn(await network.addMachine(name), env));
  const url = `mongodb://${members.map(({ host }) => host).join(',')}/watchpost?replicaSet=${setName}`;
  await initiate(members);
  const primary = async (): Promise<Member> => primaryOf(members);
  const restartPrimary = async (afterMs: number): Promise<void> => {
    const { server } = await primary();
    await server.kill();
    await pause(afterMs, never);
    await server.restart();
  };
  const common = { disk: null, afterFullDisk: async () => undefined };
  let cutOff: Machine | null = null;
  return {
    storage: { REDIS_URL: redis.url, MONGO_CONNECTION_STRING: url },
    stores: [
      {
        ...common,
        name: 'Redis',
        restart: async (afterMs) => {
          await redis.kill();
          await pause(afterMs, never);
          await redis.restart();
        },
        pause: redis.pause,
        resume: redis.resume,
      },
      { ...common, name: 'the primary', restart: restartPrimary, pause: () => void stepDown(members), resume: () => undefined },
      {
        ...common,
        name: 'the primary’s cable',
        restart: async (afterMs) => {
          const { machine } = await primary();
          await machine.cut();
          await pause(afterMs, never);
          await machine.plug();
        },
        pause: () =>
          void primary().then(async ({ machine }) => {
            cutOff = machine;
            await machine.cut();
          }),
        resume: () => void cutOff?.plug(),
      },
    ],
    stop: async () => {
      await Promise.all([redis.stop(), ...members.map(async ({ server }) => server.stop())]);
    },
  };
}

/** A machine whose cable can be cut. */
export function cableOf(machine: Machine): Store {
  return {
    name: `${machine.name}’s cable`,
    restart: async (afterMs) => {
      await machine.cut();
      await pause(afterMs, never);
      await machine.plug();
    },
    pause: () => void machine.cut(),
    resume: () => void machine.plug(),
    disk: null,
    afterFullDisk: async () => undefined,
  };
}

async function startRedisOn({ address, prefix }: Machine): Promise<Server> {
  const port = await freePort();
  const url = `redis://${address}:${String(port)}`;
  const settings = { port, bind: '0.0.0.0', 'protected-mode': 'no', save: '', appendonly: 'yes', appendfsync: 'always' };
  return startServer({
    url,
    command: (dir) => [
      ...prefix,
      'redis-server',
      ...Object.entries({ ...settings, dir }).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    probe: async () => pingRedis(url),
  });
}

interface Member {
  machine: Machine;
  host: string;
  server: Server;
}

async function startMongoOn(machine: Machine, env: Env): Promise<Member> {
  const binary = mongod(env);
  if (binary === undefined) throw new AppError('config-invalid', 'there is no mongod on the PATH or in MONGOMS_SYSTEM_BINARY');
  const host = `${machine.address}:${String(await freePort())}`;
  const [, port = ''] = host.split(':');
  const options = ['--replSet', setName, '--bind_ip_all', '--port', port, '--wiredTigerCacheSizeGB', '0.25'];
  const server = await startServer({
    url: `mongodb://${host}`,
    command: (dir) => [...machine.prefix, binary, '--dbpath', dir, ...options],
    probe: async () => void (await ask(host, { ping: 1 })),
  });
  return { machine, host, server };
}

/** Fails over within two seconds instead of ten. */
async function initiate(members: readonly Member[]): Promise<void> {
  const [first] = members;
  await ask(first?.host ?? '', {
    replSetInitiate: {
      _id: setName,
      members: members.map(({ host }, id) => ({ _id: id, host })),
      settings: { electionTimeoutMillis: 2_000 },
    },
  });
  await untilAnswering(
    () => undefined,
    async () => primaryOf(members),
  );
}

async function primaryOf(members: readonly Member[]): Promise<Member> {
  for (const deadline = Date.now() + 30_000; ; await pause(200, never)) {
    const answers = await Promise.all(members.map(async ({ host }) => ask(host, { hello: 1 }).catch(() => null)));
    const primary = members[answers.findIndex((answer) => answer?.['isWritablePrimary'] === true)];
    if (primary) return primary;
    if (Date.now() > deadline) throw new AppError('gallery-unavailable', 'the replica set has no primary');
  }
}

async function stepDown(members: readonly Member[]): Promise<void> {
  const { host } = await primaryOf(members);
  // It may end the connection before it answers.
  await ask(host, { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 }).catch(() => undefined);
}

async function ask(host: string, command: Record<string, unknown>): Promise<Record<string, unknown>> {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=1500&connectTimeoutMS=1500`);
  try {
    return await client.db('admin').command(command);
  } finally {
    await client.close();
  }
}
