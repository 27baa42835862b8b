import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { type Entry, entryIdOf } from '../entry.ts';
import type { EntryEvent } from '../feed-store.ts';
import type { Feed } from '../feed.ts';
import { timeInId } from '../time-in-id.ts';
import { hashOf } from './hash.ts';
import { withList, withMark } from './marks.ts';
import { type Keep, settle } from './settle.ts';
import { withVersion } from './versions.ts';

/**
 * Brings what happened to a message into its entry. Pure but for sealing: any order and repetition of a message's events leaves the same
 * entry, as readers see it. Throws `envelope-unreadable` where a version would be published that cannot be opened.
 */
export function applyEvent(before: Entry | null, feed: Feed, event: EntryEvent, keep: Keep): Entry {
  const entry = before ?? newEntry(feed, event);
  if (event.kind === 'deleted')
    return settle(before, { ...entry, deletedAtUs: Math.min(entry.deletedAtUs ?? Infinity, event.atUs) }, feed, keep);
  if (event.kind === 'mark') return settle(before, { ...entry, ...withMark(entry, event.mark, event.isSet, event.atUs) }, feed, keep);
  const { message, withheld } = event;
  const isKept = withheld === null;
  const version = {
    atUs: message.atUs,
    // Not even that of what must not be kept: who guesses what it said could make sure.
    hash: isKept ? hashOf(message.written) : '',
    isEdited: message.isEdited,
    withheld,
    sealed: null,
  };
  const { author, postedAtMs } = message;
  const listed = event.marks ? withList(entry, event.marks, event.marksAtUs ?? message.atUs) : {};
  const versions = withVersion(entry.versions, version);
  const merged = { ...entry, ...listed, ...placeOf(before, message), author, postedAtMs, versions };
  return settle(before, merged, feed, keep, isKept ? message.written : null);
}

/** A reply may be sent to the channel later, and stays there. */
function placeOf(before: Entry | null, { thread, isBroadcast }: WrittenMessage): Pick<Entry, 'thread' | 'isBroadcast'> {
  return { thread: before?.thread ?? thread, isBroadcast: isBroadcast || before?.isBroadcast === true };
}

function newEntry(feed: Feed, event: EntryEvent): Entry {
  const { channel, messageId } = event.kind === 'written' ? event.message : event;
  return {
    v: 1,
    id: entryIdOf(feed.slug, messageId),
    feed: feed.slug,
    channel,
    messageId,
    thread: null,
    isBroadcast: false,
    author: null,
    postedAtMs: event.kind === 'written' ? event.message.postedAtMs : (timeInId(messageId) ?? Math.floor(event.atUs / 1_000)),
    versions: [],
    deletedAtUs: null,
    marksFromUs: 0,
    marks: [],
    editorial: null,
    published: null,
    pictures: [],
    picturesWanted: 0,
    changes: 0,
  };
}
