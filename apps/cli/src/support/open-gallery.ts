import { hostname, userInfo } from 'node:os';
import { galleryFaults, storageEnv, type StorageConfig } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Actor } from '@watchpost/gallery/domain';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
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

type Context = Pick<CommandContext, 'env' | 'signal'>;

const silent = () => createLogger('cli', 'silent');

/** The databases that the environment names. Throws `config-invalid` where it names none for the gallery. */
export const storageOf = ({ env }: Pick<Context, 'env'>): StorageConfig => parseEnv(env, storageEnv, galleryFaults);

/** Opens the gallery for a command about people, reading the vectors only where `vectors` is set; closes it after `use`. */
export async function withPeople<T>(
  context: Context,
  use: (opened: OpenedGallery) => Promise<T>,
  { vectors = false }: { vectors?: boolean } = {},
): Promise<T> {
  const options = { log: silent(), metrics: createMetrics({ processMetrics: false }), vectors };
  const opened = await openGallery(storageOf(context), options, context.signal);
  opened.start();
  try {
    await opened.gallery.ready(context.signal);
    return await use(opened);
  } finally {
    await opened.gallery.close();
  }
}

/** Opens the gallery for a command that changes many people and faces; closes it after `use`. */
export async function withWorkbench<T>(
  config: StorageConfig,
  signal: AbortSignal,
  use: (workbench: Workbench) => Promise<T>,
  settings: Parameters<typeof openWorkbench>[3] = {},
): Promise<T> {
  return using(await openWorkbench(config, silent(), signal, settings), use);
}

/** Opens the database of a gallery to be exported or restored; closes it after `use`. */
export async function withDatabase<T>(context: Context, use: (database: Database) => Promise<T>): Promise<T> {
  return using(await openDatabase(storageOf(context), { log: silent() }, context.signal), use);
}

async function using<O extends { close: () => Promise<void> }, T>(opened: O, use: (opened: O) => Promise<T>): Promise<T> {
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
