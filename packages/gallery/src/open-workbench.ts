import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createGalleryMetrics } from './metrics.ts';
import { createExactIndex } from './memory/index/exact-index.ts';
import { createMirror, type Mirror } from './memory/mirror.ts';
import { openDatabase, type OpenedDatabase } from './open-gallery.ts';
import { createSync, defaultSyncSettings } from './memory/sync.ts';
import { createTransact, type Transact } from './changes/transact.ts';

/** The gallery's inside, for commands that change many persons and faces at a time. */
export interface Workbench extends OpenedDatabase {
  /** Complete when the workbench is opened, and kept true to the database. */
  mirror: Mirror;
  transact: Transact;
}

/** Opens the configured database and reads the whole gallery. `close` ends both. Rejects with `gallery-unavailable`. */
export async function openWorkbench(config: StorageConfig, log: Logger, signal: AbortSignal): Promise<Workbench> {
  const database = await openDatabase(config, { log }, signal);
  const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
  const mirror = createMirror(createExactIndex);
  const sync = createSync({ ...database, mirror, metrics, log }, defaultSyncSettings);
  const close = async (): Promise<void> => {
    await sync.close();
    await database.close();
  };
  try {
    await sync.ready(signal);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...database, mirror, transact: createTransact({ store: database.store, sync, mirror, metrics }), close };
}
