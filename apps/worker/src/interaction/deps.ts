import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Actor } from '@watchpost/gallery/domain';
import type { Gallery, PeopleOperations } from '@watchpost/gallery/gallery';
import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import type { Visit } from '@watchpost/visits/visit';
import type { VisitView } from '@watchpost/visits/visit-view';

/** The visits, as deeds need them. */
export interface KnownVisits {
  get(id: string, signal: AbortSignal): Promise<Visit | null>;
  /** Rejects with `document-conflict` if another writer was faster. */
  save(visit: Visit, signal: AbortSignal): Promise<Visit>;
  /** Those that name one of these persons, newest first. */
  withPersons(personIds: readonly string[], sinceMs: number, signal: AbortSignal): Promise<Visit[]>;
  /** The newest before a moment, newest first. */
  recent(which: { beforeMs: number; limit: number }, signal: AbortSignal): Promise<Visit[]>;
}

/** Who was there, of a visit and its faces as known now. */
export type ComposeView = (
  visit: Visit,
  seen: ReadonlyMap<string, readonly ComparableFace[]>,
  alike: GalleryQuestions['alike'],
) => { view: VisitView };

/** What deeds about people and visits are done with. */
export interface DeedDeps {
  gallery: Gallery;
  operations: PeopleOperations;
  questions: GalleryQuestions;
  visits: KnownVisits;
  compose: ComposeView;
  documents: DocumentStore;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  log: Logger;
}

/** Who asks, and on which platform. */
export interface Asker {
  platform: ConnectedPlatform;
  /** For the audit. */
  actor: Actor;
  /** The platform's id: `U0123`. */
  member: string;
  /** Where it was asked; null: outside of any channel. */
  channel: ChannelKey | null;
}
