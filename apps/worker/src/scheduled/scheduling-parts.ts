import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { ErrorCode } from '@watchpost/shared/errors';
import type { Mail } from '@watchpost/shared/jobs/mail-job';
import type { FetchOutside } from '@watchpost/outside/fetch-outside';
import type { OwnNumbers } from '@watchpost/schedule/names';
import type { Schedule } from '@watchpost/schedule/schedule';
import type { Collections } from '@watchpost/schedule/store/collections';
import type { Runs } from '@watchpost/schedule/store/runs';
import type { PostNotice } from '../notice/notice.ts';

/** Tells admins about failures that need a person. Both return at once and never throw. */
export interface ScheduleAlerts {
  raise: (alert: { topic: string; text: string; code: ErrorCode | null }) => void;
  clear: (topic: string) => void;
}

/** What runs of jobs on a schedule work with. */
export interface Scheduling {
  schedule: Pick<Schedule, 'get'>;
  documents: DocumentStore;
  collections: Collections;
  runs: Runs;
  fetchOutside: FetchOutside;
  /** Origins that may be asked although they are not public. */
  privateOrigins: readonly string[];
  secrets: ReadonlyMap<string, string>;
  readNumbers: (signal: AbortSignal) => Promise<OwnNumbers>;
  /** Keeps a quote, once. */
  addQuote: (quote: { text: string; author: string | null; source: string | null; tags: string[] }, signal: AbortSignal) => Promise<void>;
  /** Throws `job-invalid` for a platform that is not configured. */
  platformFor: (channel: ChannelKey) => unknown;
  postNotice: PostNotice;
  /** The same id twice is one mail; null: no mail can be sent. */
  queueMail: ((id: string, mail: Mail, signal: AbortSignal) => Promise<void>) | null;
  alerts: ScheduleAlerts;
  now: () => number;
}
