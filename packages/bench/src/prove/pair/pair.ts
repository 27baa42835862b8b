import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { startMember, untilReady, type Member } from './crew.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { startMachines } from '../machines/start-machines.ts';
import type { Network } from '../machines/network.ts';
import { startLauncher, type Launcher } from './launcher.ts';
import type { LyingSlack } from './slack/server.ts';
import { ids } from './slack/workspace.ts';
import { dataFolder, embeddedStore, startRedisAndMongo, type Store } from './stores.ts';

export const shapes = ['redis-mongo', 'embedded'] as const;
/** `machines`: see ../machines; it needs root. */
export type Shape = (typeof shapes)[number] | 'machines';

/** Two ingest processes and two workers on their stores. */
export interface Pair {
  stores: Store[];
  storage: StorageConfig;
  members: Member[];
  /** Members whose kills are rare: the launcher gives up on a process that keeps ending. */
  delicate: Member[];
  /** Null where there is none. */
  launcher: Launcher | null;
  /** All that was logged. */
  log(): string;
  stop(): Promise<void>;
}

export interface PairOptions {
  shape: Shape;
  env: Env;
  slack: LyingSlack;
  secret: string;
  faults: Faults;
  short: boolean;
  journal: Journal;
  /** For machines: where they are. */
  network: Network | null;
}

export async function startPair(options: PairOptions, signal: AbortSignal): Promise<Pair> {
  const pair = await start(options);
  try {
    await untilReady(
      pair.members.map(({ url }) => url),
      signal,
    );
    return pair;
  } catch (error) {
    await pair.stop();
    throw error;
  }
}

async function start(options: PairOptions): Promise<Pair> {
  const { shape, network, env, short, journal } = options;
  if (network) return startMachines({ network, env, slackEnv: slackEnv(options), hasty: short, journal });
  return shape === 'embedded' ? startEmbedded(options) : startSeparate(options);
}

async function startSeparate(options: PairOptions): Promise<Pair> {
  const { faults, env, short, journal } = options;
  const stores = await startRedisAndMongo(env, faults.has('disk') && !short);
  const members = await startMembers(
    ['ingest 1', 'ingest 2', 'worker 1', 'worker 2'],
    { ...slackEnv(options), ...urls(stores.storage) },
    { hasty: short, journal },
  );
  return {
    stores: stores.all,
    storage: stores.storage,
    members,
    delicate: [],
    launcher: null,
    log: () => members.map((member) => member.log()).join(''),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
      await stores.stop();
    },
  };
}

async function startEmbedded(options: PairOptions): Promise<Pair> {
  const { faults, short, journal } = options;
  const { dataDir, disk, remove } = await dataFolder(faults.has('disk') && !short);
  const launcher = await startLauncher(dataDir, slackEnv(options), journal);
  const storage = { POSTGRES_URL: launcher.databaseUrl };
  const members = await startMembers(['ingest 2', 'worker 2'], { ...slackEnv(options), ...storage }, { hasty: short, journal });
  return {
    stores: [embeddedStore(dataDir, disk)],
    storage,
    members: [...launcher.members, ...members],
    delicate: launcher.members,
    launcher,
    log: () => launcher.log() + members.map((member) => member.log()).join(''),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
      await launcher.stop();
      await remove();
    },
  };
}

const startMembers = async (
  names: readonly string[],
  env: Record<string, string>,
  options: { hasty: boolean; journal: Journal },
): Promise<Member[]> => Promise.all(names.map((name) => startMember(name, name.startsWith('worker') ? 'worker' : 'ingest', env, options)));

function slackEnv({ env, slack, secret }: PairOptions): Record<string, string> {
  return {
    ...(env['PATH'] !== undefined && { PATH: env['PATH'] }),
    SLACK_API_TOKEN: slack.token,
    SLACK_API_URL: slack.apiUrl,
    SLACK_FILE_HOSTS: slack.url,
    SLACK_SIGNING_SECRET: secret,
    READ_SLACK_CHANNEL_ID: ids.read,
    WRITE_SLACK_CHANNEL_ID: ids.write,
    INFERENCE_THREADS: '1',
    SHUTDOWN_GRACE_MS: '5000',
    HOST: '127.0.0.1',
  };
}

const urls = (storage: StorageConfig): Record<string, string> =>
  Object.fromEntries(Object.entries(storage).flatMap(([name, url]) => (typeof url === 'string' ? [[name, url]] : [])));
