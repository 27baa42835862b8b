import type { ChannelKey, ChatFile } from '@watchpost/shared/chat/chat';
import type { MessageRef } from '@watchpost/shared/chat/message';
import type { Finding, Unread, Violation } from './violation.ts';

/** Which violations to find. All conditions hold together. */
export interface ViolationFilter {
  /** A rule's id. */
  rule?: string;
  channel?: ChannelKey;
  /** `slack:U0123`. */
  author?: ChannelKey;
  /** When something was found in the message last: at this time or later. */
  fromMs?: number;
  /** When something was found in the message last: before. */
  beforeMs?: number;
  limit: number;
}

/** `open`: an admin is to look: an appeal waits, or something could not be removed. `kept`: its original is in quarantine. */
export const violationStates = ['open', 'appealed', 'kept', 'removed', 'failed', 'dry-run', 'unread'] as const;
export type ViolationState = (typeof violationStates)[number];

/** A place in the list of violations, newest first. */
export interface ViolationPlace {
  /** When something was found in it last, milliseconds since 1970. */
  atMs: number;
  id: string;
}

/** What one rule came to in a time. Messages, not matches within them. */
export interface RuleCount {
  ruleId: string;
  /** As it was called when it matched last. */
  ruleName: string;
  messages: number;
  /** Of these, those that are gone; that were only reported; that a dry run found; that could not be removed. The rest is under way. */
  removed: number;
  reported: number;
  dryRun: number;
  failed: number;
}

/** What a time came to. */
export interface ViolationCounts {
  rules: RuleCount[];
  /** Files, and parts of them, that could not be read. */
  unread: number;
  appeals: { waiting: number; accepted: number; rejected: number };
}

/** A violation with the revision that it was read at. */
export interface StoredViolation {
  violation: Violation;
  revision: number;
}

/** Violations as they are stored; for RULES_KEEP_DAYS. Rejects with `gallery-unavailable` while the database is away. */
export interface Violations {
  /**
   * Adds findings to the violation of a message, or makes it. What is known already (same rule, place and mask) is not added again.
   * `news`: something is to be done, and a job for `wanted` is to be queued: something was added, or what an earlier attempt added has
   * not been done yet.
   */
  add(
    message: MessageRef,
    found: { findings: readonly Finding[]; unread: readonly Unread[] },
    signal: AbortSignal,
  ): Promise<{ stored: StoredViolation; news: boolean }>;
  get(id: string, signal: AbortSignal): Promise<StoredViolation | null>;
  /**
   * Changes it by compare-and-set, as often as another writer is faster; `change` may be called several times. If it returns what it got,
   * nothing is written. Rejects with `violation-missing`.
   */
  update(id: string, change: (violation: Violation) => Violation, signal: AbortSignal): Promise<StoredViolation>;
  /** Those in which something was found last come first. */
  find(filter: ViolationFilter, signal: AbortSignal): Promise<Violation[]>;
  /**
   * A page of those that fit, those in which something was found last first. Where few fit, a page may have fewer than `limit`, even none, and
   * another one follows. `next` null: that was the last.
   */
  page(
    filter: ViolationFilter & { state?: ViolationState },
    after: ViolationPlace | null,
    signal: AbortSignal,
  ): Promise<{ items: Violation[]; next: ViolationPlace | null }>;
  /** Counts those in which something was found last in this time. */
  count(range: { fromMs: number; beforeMs: number }, signal: AbortSignal): Promise<ViolationCounts>;
}

/** What is kept of a removed message: encrypted in the store. */
export interface Original {
  /** The texts as they stood in the message. */
  texts: readonly { where: string; text: string }[];
  /** Its files; missing: it had none. */
  files?: readonly ChatFile[];
}

/** Originals of removed messages and files, encrypted (AES-256-GCM) under QUARANTINE_KEY. */
export interface Quarantine {
  /** False without a key: then nothing can be kept, and rules that want it report only. */
  canKeep: boolean;
  /** Writing the same again is a no-op, unless it was kept under a key that is not known any more. Rejects with `quarantine-key-missing`. */
  keepMessage(violationId: string, original: Original, signal: AbortSignal): Promise<void>;
  keepFile(violationId: string, file: { fileId: string; name: string | null; bytes: Uint8Array }, signal: AbortSignal): Promise<void>;
  /** Null: not kept, or erased. Rejects with `envelope-unreadable` if it was kept under another key. */
  message(violationId: string, signal: AbortSignal): Promise<Original | null>;
  files(violationId: string, signal: AbortSignal): Promise<{ fileId: string; name: string | null; bytes: () => Promise<Uint8Array> }[]>;
  erase(violationId: string, signal: AbortSignal): Promise<void>;
}
