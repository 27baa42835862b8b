import { isDeepStrictEqual } from 'node:util';
import { type Written, writtenSchema } from '@watchpost/shared/chat/written';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { nextWanted } from '@watchpost/shared/documents/next-wanted';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Envelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { openJson, sealJson } from '@watchpost/shared/jobs/sealed';
import { type Entry, entryIdOf, type Version } from '../entry.ts';
import type { Changed, Entries, EntryEvent, FeedLog } from '../feed-store.ts';
import type { Feed } from '../feed.ts';
import { applyEvent } from '../merge/apply-event.ts';
import { isVisibleChange, type Keep, sealedFor, settle } from '../merge/settle.ts';
import { entryKind, fromDocument, memberKey, toDocument } from './entry-document.ts';
import { readEntries } from './read-entries.ts';

const mostTouched = 1_000;

export interface EntriesOptions {
  documents: DocumentStore;
  feedLog: Pick<FeedLog, 'append'>;
  /** What waits for approval is sealed in it: the one of messages in jobs. */
  envelope: Envelope;
}

/** The entries of feeds on a store of documents. */
export function createEntries({ documents, feedLog, envelope }: EntriesOptions): Entries {
  const keep: Keep = {
    seal: (written, context) => sealJson(envelope, written, context),
    open: (sealed, context) => openSealed(envelope, sealed, context),
  };

  /**
   * Writes what `change` makes of the entry, then tells the followers, always: a process that was killed between the two left an entry
   * that nobody was told of. Null from `change`: there is nothing to change.
   */
  async function changing(
    id: string,
    keepMsOf: (document: StoredDocument | null) => number,
    change: (now: Entry | null) => Entry | null,
    signal: AbortSignal,
  ): Promise<Changed | null> {
    const changed = await untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(entryKind, id, signal);
      const before = document && fromDocument(document);
      const changed = change(before);
      if (!changed) return null;
      const entry = { ...changed, picturesWanted: nextWanted(before?.picturesWanted ?? 0, changed.picturesWanted, nowMs) };
      if (!isDeepStrictEqual(entry, before)) await documents.put(toDocument(entry, document?.revision ?? 0, keepMsOf(document)), signal);
      return { entry, isVisible: entry.changes !== (before?.changes ?? 0) };
    }, signal);
    if (changed) await feedLog.append([changeOf(changed.entry)], signal);
    return changed;
  }

  async function apply(feed: Feed, event: EntryEvent, signal: AbortSignal): Promise<Changed> {
    const { messageId } = event.kind === 'written' ? event.message : event;
    const change = (now: Entry | null): Entry => applyEvent(now, feed, event, keep);
    const changed = await changing(entryIdOf(feed.slug, messageId), () => feed.keepMs, change, signal);
    if (!changed) throw new AppError('internal', 'an event left no entry');
    return changed;
  }

  return {
    ...readEntries(documents),
    apply,
    get: async (slug, messageId, signal) => {
      const { document } = await documents.get(entryKind, entryIdOf(slug, messageId), signal);
      return document && fromDocument(document);
    },
    decide: async (feed, messageId, change, signal) =>
      changing(
        entryIdOf(feed.slug, messageId),
        () => feed.keepMs,
        (now) => {
          if (!now || now.deletedAtUs !== null) return null;
          return settle(now, { ...now, editorial: change(now.editorial) }, feed, keep);
        },
        signal,
      ),
    setPictures: async (id, change, signal) =>
      changing(
        id,
        (document) => (document?.expiresAtMs ?? 0) - (document?.atMs ?? 0),
        (now) => {
          const changed = now && { ...now, pictures: change(now.pictures) };
          return changed && { ...changed, changes: now.changes + (isVisibleChange(now, changed) ? 1 : 0) };
        },
        signal,
      ),
    touch: async (platform, member, signal) => {
      const key = memberKey(platform, member);
      const found = await documents.find({ kind: entryKind, key, order: 'newest', limit: mostTouched }, signal);
      if (found.length > 0) await feedLog.append([{ kind: 'profiles', platform, what: 'member', subject: member }], signal);
      return found.length;
    },
  };
}

const openSealed = (envelope: Envelope, sealed: string, context: string): Written => openJson(envelope, sealed, context, writtenSchema);

/** What a version says that waits; null: nothing of it is kept. Throws `envelope-unreadable` with another key. */
export function openVersion(envelope: Envelope, entryId: string, { sealed, atUs }: Version): Written | null {
  return sealed === null ? null : openSealed(envelope, sealed, sealedFor(entryId, atUs));
}

/** Removes an entry for good, without a word to the followers: for what they forget by themselves, or do not have. */
export const removeEntry = async (documents: DocumentStore, id: string, signal: AbortSignal): Promise<void> =>
  removeDocument(documents, entryKind, id, signal);

const changeOf = ({ feed, id, changes }: Entry) => ({ kind: 'entry' as const, feed, id, changes });
