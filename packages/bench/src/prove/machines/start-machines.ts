import { rm } from 'node:fs/promises';
import type { Env } from '@watchpost/shared/config/parse-env';
import { makeFolder } from '../../servers/server.ts';
import { startMember, type Member } from '../pair/crew.ts';
import type { Journal } from '../pair/journal.ts';
import type { Pair } from '../pair/pair.ts';
import { cableOf, startRemoteStores } from './stores.ts';
import type { Network } from './network.ts';

/** The second machine's clock is ahead by so much: more than a lease that is renewed late, less than Slack's signatures allow. Milliseconds. */
const clockAheadMs = 20_000;

export interface MachinesOptions {
  network: Network;
  env: Env;
  /** Of ingest and worker, without what is stored where. */
  slackEnv: Record<string, string>;
  hasty: boolean;
  journal: Journal;
}

/**
 * Two machines with an ingest and a worker each, a Redis and three members of a MongoDB on machines of their own. The two share no folder, no
 * clock and no 127.0.0.1; they have the same host name, and all they know of the others is the URLs.
 */
export async function startMachines({ network, env, slackEnv, hasty, journal }: MachinesOptions): Promise<Pair> {
  const remote = await startRemoteStores(network, env);
  const { REDIS_URL = '', MONGO_CONNECTION_STRING = '' } = remote.storage;
  const members: Member[] = [];
  const [cables, folders] = [[] as Pair['stores'], [] as string[]];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map(async (member) => member.stop()));
    await remote.stop();
    await Promise.all(folders.map(async (folder) => rm(folder, { recursive: true, force: true })));
  };
  try {
    for (const number of [1, 2]) {
      const machine = await network.addMachine(`machine ${String(number)}`);
      const folder = await makeFolder();
      folders.push(folder);
      cables.push(cableOf(machine));
      const own = {
        ...slackEnv,
        REDIS_URL,
        MONGO_CONNECTION_STRING,
        HOST: '0.0.0.0',
        TMPDIR: folder,
        MODEL_CACHE_DIR: `${folder}/models`,
        ...(number === 2 && {
          CLOCK_AHEAD_MS: String(clockAheadMs),
          NODE_OPTIONS: `--import=${new URL('shifted-clock/main.js', import.meta.url).href}`,
        }),
      };
      for (const kind of ['ingest', 'worker'] as const)
        members.push(await startMember(`${kind} ${String(number)}`, kind, own, { hasty, journal, on: machine }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stores: [...remote.stores, ...cables],
    storage: remote.storage,
    members,
    delicate: [],
    launcher: null,
    log: () => members.map((member) => member.log()).join(''),
    stop,
  };
}
