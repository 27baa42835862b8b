import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Actor } from '@watchpost/gallery/domain';
import type { Gallery, PeopleOperations } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import type { Visits } from '@watchpost/visits/visits';

/** What deeds about people and visits are done with. */
export interface DeedDeps {
  gallery: Gallery;
  operations: PeopleOperations;
  questions: GalleryQuestions;
  visits: Pick<Visits, 'get' | 'save' | 'withPersons' | 'recent' | 'during'>;
  documents: DocumentStore;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  log: Logger;
}

/** Who asks, and on which platform. */
export interface Asker {
  /** The platform's, as channel keys have it. */
  name: string;
  platform: ConnectedPlatform;
  /** For the audit. */
  actor: Actor;
  /** The platform's id: `U0123`. */
  member: string;
}
