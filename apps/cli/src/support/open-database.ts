import { hostname, userInfo } from 'node:os';
import { galleryFaults, storageEnv, type StorageConfig } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger, type Logger } from '@watchpost/shared/observability/logger';
import type { Actor } from '@watchpost/gallery/domain';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Database } from '@watchpost/gallery/stores/database';
import type { CommandContext } from '../command.ts';

/** Who makes the changes of this process, for the audit. `undo` takes back what the same user did, from whatever machine. */
export const actor: Actor = { id: `cli:${userName()}`, where: hostname() };

/** In a container the user may have a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

export type DatabaseContext = Pick<CommandContext, 'env' | 'signal'>;

/** Commands tell what went wrong themselves. */
export const silent = (): Logger => createLogger('cli', 'silent');

/** The databases that the environment names. Throws `config-invalid` where it names none for the gallery. */
export const storageOf = ({ env }: Pick<DatabaseContext, 'env'>): StorageConfig => parseEnv(env, storageEnv, galleryFaults);

/** Opens the database without reading the gallery; closes it after `use`. */
export async function withDatabase<T>(context: DatabaseContext, use: (database: Database) => Promise<T>): Promise<T> {
  return using(await openDatabase(storageOf(context), { log: silent() }, context.signal), use);
}

/** Closes it after `use`. */
export async function using<O extends { close: () => Promise<void> }, T>(opened: O, use: (opened: O) => Promise<T>): Promise<T> {
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
