import { commonEnv, hostEnv, portEnv } from '@watchpost/shared/config/common';
import { parseEnv, type ConfigOf, type Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** The longest path that a folder of PostgreSQL may have, with room for the names of its files. Bytes. */
const maxFolderBytes = 900;

const defaultDataDir = './data';

/** Variables that only the launcher reads; docs/configuration.md explains them. */
export const standaloneEnv = {
  /** Folder of the embedded database. */
  DATA_DIR: z
    .string()
    .trim()
    .refine((folder) => !/\p{Cc}/u.test(folder), 'has a line break or another control character')
    .refine((folder) => Buffer.byteLength(folder) <= maxFolderBytes, `must have at most ${String(maxFolderBytes)} bytes`)
    .default(defaultDataDir),
};

const launcherEnv = { ...commonEnv, ...portEnv, ...hostEnv, ...standaloneEnv };
export type LauncherConfig = ConfigOf<typeof launcherEnv>;

/** What the launcher reads itself; ingest and worker check the rest. Throws `config-invalid`. */
export const loadLauncherConfig = (env: Env): LauncherConfig =>
  parseEnv(env, launcherEnv, (config) =>
    // Whichever of the others has a port by default moves out of the way.
    pairsOf(['PORT', 'WORKER_PORT', ...(['FEED_PORT', 'CONSOLE_PORT'] as const).filter((name) => isSet(env, name))]).flatMap(
      ([one, other]) => {
        const isTaken = config[one] === config[other] && config[one] !== 0 && config[one] !== undefined;
        const isChosen = one !== 'WORKER_PORT' || isSet(env, 'WORKER_PORT');
        return isTaken && isChosen ? [`${one} and ${other} must be different`] : [];
      },
    ),
  );

type PortName = keyof typeof portEnv;

/** Each with each of those after it. */
const pairsOf = (names: readonly PortName[]): [PortName, PortName][] =>
  names.flatMap((one, index) => names.slice(index + 1).map((other): [PortName, PortName] => [one, other]));

/** The data folder, whether or not its name is valid: `checkDataDir` says that. */
export const dataDirOf = (env: Env): string => env['DATA_DIR']?.trim() || defaultDataDir;

/** Throws `config-invalid` if the data folder has a name that cannot be used. */
export const checkDataDir = (env: Env): void => void parseEnv(env, standaloneEnv);

export const isSet = (env: Env, name: string): boolean => Boolean(env[name]?.trim());
