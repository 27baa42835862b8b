import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { ArchiveStore } from '../archive/archive-store.ts';
import type { Holdings } from '../holdings.ts';
import type { VectorSearch } from '../memory/paging/page-in.ts';
import type { CameraFigures } from '../records/camera-figures.ts';
import type { SightingHistory } from '../records/sighting-history.ts';
import type { SnapshotRecords } from '../records/snapshot-record.ts';
import type { AuditStore, Eraser, GalleryFeed, GalleryStore, Repairs, SightingOverview, SightingStore, Upkeep } from '../store.ts';

/** The server, and what we take on its disk. */
export interface AboutDatabase {
  server: 'MongoDB' | 'PostgreSQL';
  version: string;
  bytes: number;
}

/** An opened database: everything that a store implements. docs/guides/adding-a-store.md explains the parts. */
export interface Database {
  store: GalleryStore;
  feed: GalleryFeed;
  sightings: SightingStore;
  overview: SightingOverview;
  audit: AuditStore;
  eraser: Eraser;
  upkeep: Upkeep;
  repairs: Repairs;
  records: SnapshotRecords;
  history: SightingHistory;
  cameraFigures: CameraFigures;
  documents: DocumentStore;
  archive: ArchiveStore;
  holdings: Holdings;
  /** Null where the database has none. Whether it works is known only when it is used. */
  vectorSearch: VectorSearch | null;
  /** Rejects with `gallery-unavailable`. */
  about: (signal: AbortSignal) => Promise<AboutDatabase>;
  /**
   * A mark that is another one after each write of a document of this kind, however old it is, and by whatever process. Reads all of them: for
   * kinds that have some thousands. Rejects with `gallery-unavailable`.
   */
  writesOf: (kind: string, signal: AbortSignal) => Promise<string>;
  close: () => Promise<void>;
}
