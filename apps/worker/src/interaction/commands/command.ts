import type { Post } from '@watchpost/shared/chat/post';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import type { Asker, DeedDeps } from '../deps.ts';

/** A command with what was typed after its name. */
export interface CommandAsked {
  args: string;
  asker: Asker;
  /** When it was typed, milliseconds since 1970. */
  atMs: number;
  /** Of its job, from 1. */
  attempt: number;
}

/** How many snapshots of one camera came to what. */
export type OutcomeCount = Awaited<ReturnType<SnapshotRecords['outcomes']>>[number];

export interface CommandDeps extends DeedDeps {
  sender: Pick<JobSender, 'send' | 'counts'>;
  records: Pick<SnapshotRecords, 'outcomes'>;
  subscriptions: Pick<Subscriptions, 'add' | 'list' | 'stop'>;
}

/** Answers a command. Rejects with transient errors only. */
export type CommandHandler = (asked: CommandAsked, deps: CommandDeps, signal: AbortSignal) => Promise<Post>;
