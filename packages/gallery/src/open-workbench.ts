import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Transact } from './changes/transact.ts';
import type { Actor } from './domain.ts';
import type { Gallery, PeopleOperations } from './gallery.ts';
import type { Mirror } from './memory/mirror.ts';
import type { Enroll } from './moving-in/enroll.ts';
import { importNames, type ImportedNames } from './moving-in/import-names.ts';
import { reembed, removeReplaced, type ReembedOptions, type Reembedded } from './moving-in/reembed.ts';
import type { GallerySettings } from './config.ts';
import { openParts } from './open-gallery.ts';
import type { Database } from './stores/database.ts';

/** The gallery with its inside, for commands that change many persons and faces, and for measurements. */
export interface Workbench {
  gallery: Gallery;
  operations: PeopleOperations;
  /** Complete when the workbench is opened, and kept current. */
  mirror: Mirror;
  transact: Transact;
  database: Database;
  enroll: Enroll;
  importNames(names: readonly string[], by: Actor, signal: AbortSignal): Promise<ImportedNames>;
  reembed(options: ReembedOptions, signal: AbortSignal): Promise<Reembedded>;
  /** Removes the faces of other models that have a counterpart of this model. Resolves to their number. */
  removeReplaced(modelId: string, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** Opens the configured database and reads the whole gallery. `some`: other settings than `defaultGallerySettings`. Rejects with `gallery-unavailable`. */
export async function openWorkbench(
  config: StorageConfig,
  log: Logger,
  signal: AbortSignal,
  some: Partial<GallerySettings> = {},
): Promise<Workbench> {
  const metrics = createMetrics({ processMetrics: false });
  const { gallery, operations, database, mirror, transact, vectorsOf, enroll, start } = await openParts(
    config,
    { log, metrics, settings: some },
    signal,
  );
  try {
    start();
    await gallery.ready(signal);
  } catch (error) {
    await gallery.close();
    throw error;
  }
  const parts = { mirror, transact, vectorsOf, store: database.store };
  return {
    gallery,
    operations,
    mirror,
    transact,
    database,
    enroll,
    importNames: (names, by, signal) => importNames(names, parts, by, signal),
    reembed: (options, signal) => reembed(parts, options, signal),
    removeReplaced: (modelId, signal) => removeReplaced(parts, modelId, signal),
    close: () => gallery.close(),
  };
}
