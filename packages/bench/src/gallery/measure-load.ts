import type { StorageConfig } from '@watchpost/shared/config/common';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import { createQuantisedIndex } from '@watchpost/gallery/memory/index/quantised-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { openDatabase } from '@watchpost/gallery/open-gallery';
import { createSync, defaultSyncSettings } from '@watchpost/gallery/memory/sync';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { rounded } from '../report/statistics.ts';
import { fillGallery } from './fill.ts';

export interface LoadTime {
  faces: number;
  fillSeconds: number;
  /** From a connected start to a complete index. */
  loadSeconds: number;
}

/** Writes a gallery of this size and reads it as a worker does at its start. */
export async function measureLoad(storage: StorageConfig, faces: number, signal: AbortSignal): Promise<LoadTime> {
  const log = createLogger('bench', 'fatal');
  const database = await openDatabase(storage, { log }, signal);
  try {
    const fillMs = performance.now();
    await fillGallery(database.store, faces, signal);
    const startMs = performance.now();
    const mirror = createMirror(createQuantisedIndex);
    const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
    const sync = createSync({ ...database, mirror, metrics, log }, defaultSyncSettings);
    await sync.ready(signal);
    const readyMs = performance.now();
    await sync.close();
    return {
      faces: mirror.counts().faces,
      fillSeconds: rounded((startMs - fillMs) / 1_000),
      loadSeconds: rounded((readyMs - startMs) / 1_000),
    };
  } finally {
    await database.close();
  }
}
