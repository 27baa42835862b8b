import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { connectMongo } from './stores/mongo/connect.ts';
import { createMongoGalleryStore, ensureGalleryIndexes } from './stores/mongo/gallery-store.ts';
import { connectPostgres } from './stores/postgres/connect.ts';
import { createPostgresGalleryStore } from './stores/postgres/gallery-store.ts';
import type { OpenedArchive } from './archive/archive-store.ts';
import { createMongoArchive } from './stores/mongo/archive.ts';
import { createPostgresArchive } from './stores/postgres/archive.ts';

/** Opens the configured gallery to be written to, or read from, a file. Rejects with `gallery-unavailable`. */
export async function openArchive(config: StorageConfig, log: Logger, signal: AbortSignal): Promise<OpenedArchive> {
  if (config.MONGO_CONNECTION_STRING) {
    const { db, close } = await connectMongo(config.MONGO_CONNECTION_STRING, {}, signal);
    try {
      await ensureGalleryIndexes(db);
    } catch (error) {
      await close();
      throw error;
    }
    const store = createMongoGalleryStore(db);
    return { archive: createMongoArchive(db, store), store, close };
  }
  if (!config.POSTGRES_URL) throw new AppError('config-invalid', 'MONGO_CONNECTION_STRING or POSTGRES_URL must be set for the gallery');
  const postgres = await connectPostgres(config.POSTGRES_URL, log, signal);
  return { archive: createPostgresArchive(postgres), store: createPostgresGalleryStore(postgres), close: postgres.close };
}
