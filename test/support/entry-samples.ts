import { feedOf, pictureFileOf } from './feed-samples.ts';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import type { KeptEmoji, KeptProfile } from '@watchpost/feeds/feed-store';
import { type Names, namesOf } from '@watchpost/feeds/render/names';
import type { ViewContext } from '@watchpost/feeds/outputs/view';
import type { Block, Inline, Written } from '@watchpost/shared/chat/written';

/** When the samples were posted: 2026-11-22T10:00:00Z. */
export const postedAtMs = Date.UTC(2026, 10, 22, 10);

export const paragraph = (...inlines: (Inline | string)[]): Block => ({
  type: 'paragraph',
  inlines: inlines.map((inline) => (typeof inline === 'string' ? { type: 'text', text: inline } : inline)),
});

export const written = (...blocks: (Block | string)[]): Written => ({
  blocks: blocks.map((block) => (typeof block === 'string' ? paragraph(block) : block)),
  pictures: [],
  otherFiles: 0,
});

/** Ada, a reporter with a picture; the public channel #news; the workspace's own emoji :parrot:, with an alias. */
export function sampleNames(more: Partial<Names> = {}): Names {
  const names = namesOf({
    member: (id) => (id === 'U01ADA' ? 'Ada' : null),
    channel: (id) => (id === 'C01NEWS' ? 'news' : null),
    pictureUrl: (name) => `/pictures/${name}`,
    timeZone: 'Europe/Berlin',
    language: 'en-GB',
    ...more,
    emoji: new Map<string, KeptEmoji>([
      ['parrot', { picture: '3f9a.gif' }],
      ['polly', { aliasOf: 'parrot' }],
      ['yes', { aliasOf: 'thumbsup' }],
      ['round', { aliasOf: 'about' }],
      ['about', { aliasOf: 'round' }],
    ]),
  });
  return { ...names, ...more };
}

export const sampleFeed = (more: Partial<Feed> = {}): Feed =>
  feedOf({
    slug: 'council',
    channel: 'slack:C01NEWS',
    headline: 'Council night',
    description: '<p>From the town hall.</p>',
    timeZone: 'Europe/Berlin',
    language: 'en-GB',
    keepMs: 86_400_000,
    ...more,
  });

/** A published message of Ada's; its id is made of `seconds` after the first one. */
export function sampleEntry({
  seconds = 0,
  text = 'Doors open.',
  pictures = [],
  published,
  ...more
}: Partial<Entry> & { seconds?: number; text?: string } = {}): Entry {
  const files = pictures.map(({ fileId }) => pictureFileOf(fileId));
  const first = { atUs: (postedAtMs + seconds * 1_000) * 1_000, hash: 'h', isEdited: false, isApproved: false, written: written(text) };
  const shown = published === undefined ? first : published;
  const messageId = more.messageId ?? `${postedAtMs / 1_000 + seconds}.000100`;
  return {
    v: 1,
    id: `council.${messageId}`,
    feed: 'council',
    channel: 'slack:C01NEWS',
    messageId,
    thread: null,
    isBroadcast: false,
    author: { member: 'U01ADA', bot: null, app: null },
    postedAtMs: postedAtMs + seconds * 1_000,
    versions: [],
    deletedAtUs: null,
    marksFromUs: 0,
    marks: [],
    editorial: null,
    published: shown && { ...shown, written: { ...shown.written, pictures: files } },
    pictures,
    picturesWanted: 0,
    changes: 1,
    ...more,
  };
}

export const samplePicture = (more: Partial<Entry['pictures'][number]> = {}): Entry['pictures'][number] => ({
  fileId: 'F1',
  state: 'there',
  url: '/pictures/3f9a.jpg',
  name: '3f9a.jpg',
  widthPx: 960,
  heightPx: 540,
  altText: 'The mayor',
  mimeType: 'image/jpeg',
  sizeBytes: 81_234,
  ...more,
});

export const ada: Pick<KeptProfile, 'displayName' | 'realName' | 'title' | 'picture' | 'isBot'> = {
  displayName: 'Ada',
  realName: 'Ada Example',
  title: 'City reporter',
  picture: 'ada.png',
  isBot: false,
};

/** What is known besides: `others` are the feed's other entries. */
export function sampleContext({ others = [], ...more }: Partial<ViewContext> & { others?: Entry[] } = {}): ViewContext {
  return {
    feed: sampleFeed(),
    names: sampleNames(),
    baseUrl: '',
    profile: (id) => (id === 'U01ADA' ? ada : null),
    parent: (messageId) => others.find((entry) => entry.messageId === messageId) ?? null,
    replyCount: (messageId) => others.filter(({ thread }) => thread === messageId).length,
    nowMs: postedAtMs + 60_000,
    ...more,
  };
}
