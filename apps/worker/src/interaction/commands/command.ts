import type { Post } from '@watchpost/shared/chat/post';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
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
export interface OutcomeCount {
  channel: string;
  camera: string | null;
  outcome: string;
  snapshots: number;
}

/** Who is told by direct message about whom. */
export interface Subscribing {
  parse(text: string): { who: string; camera: string | null; hours: DailyHours | null } | null;
  add(
    subscriber: { platform: string; member: string },
    subscription: {
      who: { kind: 'person'; personId: string; name: string } | { kind: 'unknown' } | { kind: 'anybody' };
      camera: string | null;
      hours: DailyHours | null;
    },
    signal: AbortSignal,
  ): Promise<Subscription>;
  list(subscriber: { platform: string; member: string }, signal: AbortSignal): Promise<Subscription[]>;
  stop(subscriber: { platform: string; member: string }, number: number, signal: AbortSignal): Promise<Subscription | null>;
  describe(subscription: Subscription): string;
}

export interface CommandDeps extends DeedDeps {
  subscriptions: Subscribing;
  sender: Pick<JobSender, 'send' | 'counts'>;
  outcomes: (range: { fromMs: number; toMs: number }, signal: AbortSignal) => Promise<OutcomeCount[]>;
  /** One line of advice for one camera's counts, or null. */
  adviceFor: (counts: OutcomeCount[]) => string | null;
}

/** Answers a command. Rejects with transient errors only. */
export type CommandHandler = (asked: CommandAsked, deps: CommandDeps, signal: AbortSignal) => Promise<Post>;
