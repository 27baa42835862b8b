import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { PictureFile, Written, WrittenMessage } from '@watchpost/shared/chat/written';
import type { Entry } from '@watchpost/feeds/entry';
import type { EntryEvent } from '@watchpost/feeds/feed-store';
import type { Approval, Feed, Feeds, FeedSite } from '@watchpost/feeds/feed';
import { applyEvent } from '@watchpost/feeds/merge/apply-event';

/** When the messages of samples were posted, milliseconds. */
export const samplePostedAtMs = 1_700_000_000_000;

/** Anybody who sets this approves; edits wait. */
export const approvalSample: Approval = { emoji: ['white_check_mark'], by: 'everyone', edits: 'hold' };

/** A feed that publishes all that is said in `slack:C1` at once. */
export function feedOf(over: Partial<Feed> = {}): Feed {
  return {
    slug: 'news',
    source: 'messages',
    channel: 'slack:C1',
    headline: 'News',
    description: '',
    liveContent: '',
    mayPost: 'everyone',
    approval: null,
    offRecord: ['<#>'],
    threads: 'all',
    pictures: { destination: { kind: 'database' }, widthPx: 960, productId: null },
    timeZone: 'UTC',
    language: 'en',
    keepMs: 365 * 86_400_000,
    historyMs: 0,
    isOpen: true,
    people: { unknown: 'show', ignored: 'leave-out' },
    ...over,
  };
}

/** Feeds as if their file said so. */
export function feedsOf(feeds: readonly Feed[], site: Partial<FeedSite> = {}): Feeds {
  return {
    all: () => feeds,
    get: (slug) => feeds.find((feed) => feed.slug === slug) ?? null,
    of: (channel: ChannelKey) => feeds.filter((feed) => feed.channel === channel),
    site: () => ({ corsOrigins: [], oldPaths: false, publicUrl: null, ...site }),
    close: () => undefined,
  };
}

/** What somebody wrote: one paragraph. */
export function writtenOf(text: string, over: Partial<Written> = {}): Written {
  return { blocks: [{ type: 'paragraph', inlines: [{ type: 'text', text }] }], pictures: [], otherFiles: 0, ...over };
}

export function pictureFileOf(id: string, over: Partial<PictureFile> = {}): PictureFile {
  const file = {
    name: `${id}.jpg`,
    mimeType: 'image/jpeg',
    sizeBytes: 1_000,
    url: `https://files.slack.com/${id}.jpg`,
    thumbnailUrl: null,
  };
  return { id, ...file, altText: null, title: null, ...over };
}

/** A message of U1 in `slack:C1`; its id is its time, as Slack's are. `atUs`: the message's own, unless it was edited. */
export function writtenMessageOf(text: string, over: Partial<WrittenMessage> = {}): WrittenMessage {
  const postedAtMs = over.postedAtMs ?? samplePostedAtMs;
  return {
    channel: 'slack:C1',
    messageId: `${String(Math.floor(postedAtMs / 1_000))}.${String(postedAtMs % 1_000).padStart(3, '0')}000`,
    thread: null,
    author: { member: 'U1', bot: null, app: null },
    postedAtMs,
    isDirect: false,
    written: writtenOf(text),
    isEdited: false,
    isBroadcast: false,
    atUs: postedAtMs * 1_000,
    reactions: null,
    ...over,
  };
}

/** That a message was written, or edited: may be published. */
export function writtenEventOf(message: WrittenMessage, over: Partial<Extract<EntryEvent, { kind: 'written' }>> = {}): EntryEvent {
  return { kind: 'written', message, withheld: null, marks: message.reactions, ...over };
}

/** The entry that a message becomes in a feed, published if the feed needs no approval. What waits is not really sealed. */
export function entryOf(message: WrittenMessage, feed: Feed = feedOf(), over: Partial<Entry> = {}): Entry {
  return { ...applyEvent(null, feed, writtenEventOf(message), plainKeep), ...over };
}

/** Seals nothing: what is `sealed` can be read by a test. */
export const plainKeep: Parameters<typeof applyEvent>[3] = {
  seal: (written, context) => JSON.stringify({ context, written }),
  open: (sealed, context) => {
    const kept: { context: string; written: Written } = JSON.parse(sealed);
    if (kept.context !== context) throw new Error(`sealed for ${kept.context}, opened for ${context}`);
    return kept.written;
  },
};
