import type { StorageConfig } from '@watchpost/shared/config/common';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { rounded } from '../report/statistics.ts';
import { fillGallery } from './fill.ts';

export interface LoadTime {
  faces: number;
  fillSeconds: number;
  /** From a start with an open connection to a complete index. */
  loadSeconds: number;
}

const facesAPerson = 10;

/** Writes a gallery of this size and reads it like a worker at its start. */
export async function measureLoad(storage: StorageConfig, faces: number, signal: AbortSignal): Promise<LoadTime> {
  const log = createLogger('bench', 'fatal');
  const database = await openDatabase(storage, { log }, signal);
  const fillMs = performance.now();
  try {
    await fillGallery(database.store, { persons: Math.ceil(faces / facesAPerson), facesAPerson, named: 0 }, signal);
  } finally {
    await database.close();
  }
  const fillSeconds = rounded((performance.now() - fillMs) / 1_000);
  const { gallery, start } = await openGallery(storage, { log, metrics: createMetrics({ processMetrics: false }) }, signal);
  try {
    const startMs = performance.now();
    start();
    await gallery.ready(signal);
    const loadSeconds = rounded((performance.now() - startMs) / 1_000);
    const people = await gallery.people(signal);
    return { faces: people.reduce((sum, person) => sum + person.faces, 0), fillSeconds, loadSeconds };
  } finally {
    await gallery.close();
  }
}
