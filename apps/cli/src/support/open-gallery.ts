import { hostname } from 'node:os';
import { galleryFaults, storageEnv, type StorageConfig } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Actor } from '@watchpost/gallery/gallery';
import { openArchive } from '@watchpost/gallery/open-archive';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { defaultSyncSettings } from '@watchpost/gallery/memory/sync';
import type { CommandContext } from '../command.ts';

/** Who makes the changes of this process, for the audit. */
export const actor: Actor = { id: 'cli', where: hostname() };

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
  const settings = { sync: { ...defaultSyncSettings, embeddings: vectors } };
  const options = { log: silent(), metrics: createMetrics({ processMetrics: false }), settings };
  const opened = await openGallery(storageOf(context), options, context.signal);
  try {
    await opened.gallery.ready(context.signal);
    return await use(opened);
  } finally {
    await opened.gallery.close();
  }
}

/** Opens the gallery for a command that changes many people and faces; closes it after `use`. */
export async function withWorkbench<T>(config: StorageConfig, signal: AbortSignal, use: (workbench: Workbench) => Promise<T>): Promise<T> {
  return using(await openWorkbench(config, silent(), signal), use);
}

/** Opens the gallery to be exported or restored; closes it after `use`. */
export async function withArchive<T>(context: Context, use: (archive: Awaited<ReturnType<typeof openArchive>>) => Promise<T>): Promise<T> {
  return using(await openArchive(storageOf(context), silent(), context.signal), use);
}

async function using<O extends { close: () => Promise<void> }, T>(opened: O, use: (opened: O) => Promise<T>): Promise<T> {
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
