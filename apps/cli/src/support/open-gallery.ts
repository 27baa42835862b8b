import type { StorageConfig } from '@watchpost/shared/config/common';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openWorkbench, type Workbench } from '@watchpost/gallery/open-workbench';
import { type DatabaseContext, silent, storageOf, using } from './open-database.ts';

/** Opens the gallery for a command about people, reading the vectors only where `vectors` is set; closes it after `use`. */
export async function withPeople<T>(
  context: DatabaseContext,
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
