import type { Logger } from '@watchpost/shared/observability/logger';
import type { Database } from '../database.ts';
import { aboutPostgres } from './about.ts';
import { createPostgresArchive } from './archive.ts';
import { createPostgresAudit } from './audit.ts';
import { createPostgresCameraFigures } from './camera-figures.ts';
import { connectPostgres } from './connect.ts';
import { createPostgresDocuments } from './document-store.ts';
import { createPostgresEraser } from './eraser.ts';
import { createPostgresFeed } from './feed.ts';
import { createPostgresGalleryStore } from './gallery-store.ts';
import { createPostgresHoldings } from './holdings.ts';
import { createPostgresOverview } from './overview.ts';
import { createPostgresRepairs } from './repairs.ts';
import { createPostgresSightingHistory } from './sighting-history.ts';
import { createPostgresSightings } from './sightings.ts';
import { createPostgresSnapshotRecords } from './snapshot-records.ts';
import { createPostgresWritesOf } from './writes-of.ts';
import { createPostgresUpkeep } from './upkeep.ts';

/** Opens the database, and creates missing tables. Rejects with `gallery-unavailable`. */
export async function openPostgres(
  url: string,
  { log, sightingsKeepMs }: { log: Logger; sightingsKeepMs: number },
  signal: AbortSignal,
): Promise<Database> {
  const postgres = await connectPostgres(url, log, signal);
  log.info('gallery on PostgreSQL');
  return {
    store: createPostgresGalleryStore(postgres),
    feed: createPostgresFeed(url),
    sightings: createPostgresSightings(postgres, sightingsKeepMs),
    overview: createPostgresOverview(postgres),
    audit: createPostgresAudit(postgres),
    eraser: createPostgresEraser(postgres),
    upkeep: createPostgresUpkeep(postgres),
    repairs: createPostgresRepairs(postgres),
    records: createPostgresSnapshotRecords(postgres),
    history: createPostgresSightingHistory(postgres),
    cameraFigures: createPostgresCameraFigures(postgres),
    documents: createPostgresDocuments(postgres),
    archive: createPostgresArchive(postgres),
    holdings: createPostgresHoldings(postgres),
    // Not with pgvector: it is not part of PostgreSQL.
    vectorSearch: null,
    about: async (signal) => aboutPostgres(postgres, signal),
    writesOf: createPostgresWritesOf(postgres),
    close: postgres.close,
  };
}
