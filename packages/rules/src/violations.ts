import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { MessageRef } from '@watchpost/shared/chat/message';
import type { Finding, Unread, Violation } from './violation.ts';

/** Which violations to find. All conditions hold together. */
export interface ViolationFilter {
  /** A rule's id. */
  rule?: string;
  channel?: ChannelKey;
  /** `slack:U0123`. */
  author?: ChannelKey;
  fromMs?: number;
  beforeMs?: number;
  limit: number;
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
   * `news`: what was added; nothing: nobody needs to be told anything.
   */
  add(
    message: MessageRef,
    found: { findings: readonly Finding[]; unread: readonly Unread[] },
    signal: AbortSignal,
  ): Promise<{ stored: StoredViolation; news: boolean }>;
  get(id: string, signal: AbortSignal): Promise<StoredViolation | null>;
  /** Changes it by compare-and-set, as often as another writer is faster; `change` may be called several times. Rejects with `violation-missing`. */
  update(id: string, change: (violation: Violation) => Violation, signal: AbortSignal): Promise<StoredViolation>;
  /** Newest first. */
  find(filter: ViolationFilter, signal: AbortSignal): Promise<Violation[]>;
}

/** What is kept of a removed message: encrypted in the store. */
export interface Original {
  /** The texts as they stood in the message. */
  texts: readonly { where: string; text: string }[];
}

/** Originals of removed messages and files, encrypted (AES-256-GCM) under QUARANTINE_KEY. */
export interface Quarantine {
  /** False without a key: then nothing can be kept, and rules that want it report only. */
  canKeep: boolean;
  /** Writing the same again is a no-op. Rejects with `quarantine-key-missing`. */
  keepMessage(violationId: string, original: Original, signal: AbortSignal): Promise<void>;
  keepFile(violationId: string, file: { fileId: string; name: string | null; bytes: Uint8Array }, signal: AbortSignal): Promise<void>;
  /** Null: not kept, or erased. Rejects with `envelope-unreadable` if it was kept under another key. */
  message(violationId: string, signal: AbortSignal): Promise<Original | null>;
  files(violationId: string, signal: AbortSignal): Promise<{ fileId: string; name: string | null; bytes: () => Promise<Uint8Array> }[]>;
  erase(violationId: string, signal: AbortSignal): Promise<void>;
}
