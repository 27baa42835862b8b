import { z } from 'zod';
import type { Entry, EntryPicture } from '../entry.ts';
import type { KeptProfile } from '../feed-store.ts';
import type { Feed } from '../feed.ts';
import { cleaned } from '../render/escape.ts';
import { htmlOf } from '../render/html.ts';
import { safePicture } from '../render/links.ts';
import type { Names } from '../render/names.ts';
import { writtenOf } from '../render/plain.ts';
import { textOf } from '../render/text.ts';
import { takesReply } from '../takes-reply.ts';
import { timeInId } from '../time-in-id.ts';

/** A picture of an entry, as readers get it. */
export const pictureViewSchema = z.object({
  state: z.enum(['waiting', 'there']).describe('`waiting`: it is on its way; show a placeholder.'),
  url: z
    .string()
    .nullable()
    .describe('Where to load it from; `null` while it waits. One that begins with `/` is on the server that answered.'),
  width: z.number().int().nullable().describe('Pixels; `null`: not known yet.'),
  height: z.number().int().nullable().describe('Pixels; `null`: not known yet.'),
  alt: z.string().describe('What it shows, for readers who cannot see it. Empty: nobody wrote anything.'),
  mime_type: z.string().nullable().describe('`image/jpeg`, `image/png` …; `null` while it waits.'),
  size_bytes: z.number().int().nullable().describe('`null` while it waits.'),
});

/** An author, as readers get it. */
export const userViewSchema = z.object({
  id: z.string().nullable().describe("The author's id in Slack; `null`: Slack names nobody."),
  display_name: z.string().describe('Never empty.'),
  title: z.string().describe('What the person does, such as `City reporter`. Empty: there is none.'),
  image_48: z
    .string()
    .nullable()
    .describe('A square picture, at least 48 pixels wide; `null`: there is none. An address as those of `pictures`.'),
  is_bot: z.boolean().describe('An app, not a person.'),
});

/** An entry, as readers get it. Its descriptions are those of docs/feed-schema.md. */
export const entryViewSchema = z.object({
  id: z.string().describe('Of the entry: `SLUG.TS`. It never changes.'),
  ts: z.string().describe("The message's id in Slack. Also the time when it was posted, in seconds."),
  html: z.string().describe('What it says, as clean HTML, without its pictures. May be empty if it has pictures.'),
  text: z.string().describe('The same as plain text.'),
  posted_at: z.iso.datetime().describe('When it was posted (UTC): the order of entries.'),
  edited_at: z.iso.datetime().nullable().describe('When it was edited last (UTC); `null`: it was not.'),
  is_edited: z.boolean().describe('Its author changed it.'),
  is_approved: z.boolean().describe('Somebody approved it.'),
  is_overridden: z.boolean().describe("An editor's text stands in place of the author's."),
  user: userViewSchema.describe('Who wrote it.'),
  thread_id: z.string().nullable().describe('Of a reply: `ts` of the first message of its thread; else `null`.'),
  is_broadcast: z.boolean().describe('A reply that was sent to the whole channel too.'),
  reply_count: z.number().int().describe('How many replies of it readers can see.'),
  pictures: z.array(pictureViewSchema).describe('In their order. One that could not be brought to readers is not among them.'),
});
export type EntryView = z.infer<typeof entryViewSchema>;
export type PictureView = EntryView['pictures'][number];

/** What is known besides an entry. */
export interface ViewContext {
  feed: Feed;
  names: Names;
  /** Stands before addresses of our own that begin with `/`: `https://live.example.org`, or nothing. */
  baseUrl: string;
  /** A member or a bot; null: nothing is known of it. */
  profile(id: string): Pick<KeptProfile, 'displayName' | 'title' | 'picture' | 'isBot'> | null;
  /** The feed's entry of the first message of a thread, also a deleted one; null: there is none; `unknown`: nobody could say, so replies are not shown. */
  parent(messageId: string): Entry | 'unknown' | null;
  /** How many replies of a message readers see. */
  replyCount(messageId: string): number;
  nowMs: number;
}

/** Why an entry is not shown. */
export type HiddenReason =
  | 'other-feed'
  | 'expired'
  | 'deleted'
  | 'not-published'
  | 'not-approved'
  | 'hidden'
  | 'threads-off'
  | 'parent-hidden'
  | 'empty';

/** Why an entry of its own is not shown, whatever it replies to. */
function ownReason(entry: Entry, { feed, nowMs }: ViewContext): HiddenReason | null {
  if (entry.feed !== feed.slug || entry.channel !== feed.channel) return 'other-feed';
  if (entry.postedAtMs + feed.keepMs <= nowMs) return 'expired';
  if (entry.deletedAtUs !== null) return 'deleted';
  if (!entry.published) return 'not-published';
  if (feed.approval && !entry.published.isApproved) return 'not-approved';
  return entry.editorial?.isHidden ? 'hidden' : null;
}

/** Whether a message never came: only marks on it did. */
const isUnseen = ({ author, versions, published, deletedAtUs }: Entry): boolean =>
  author === null && versions.length === 0 && published === null && deletedAtUs === null;

function threadReason(entry: Entry, context: ViewContext): HiddenReason | null {
  if (entry.thread === null) return null;
  const { feed, nowMs } = context;
  if (!takesReply(feed, entry)) return 'threads-off';
  const parent = context.parent(entry.thread);
  if (parent === 'unknown') return 'parent-hidden';
  if (parent && !isUnseen(parent)) return ownReason(parent, context) && 'parent-hidden';
  // A parent that has expired may have been deleted or held: nobody can tell any more.
  const atMs = timeInId(entry.thread);
  return atMs !== null && atMs + feed.keepMs <= nowMs ? 'parent-hidden' : null;
}

/** Why readers do not see an entry; null: they do. The one place that decides about it, for all outputs. */
export function hiddenBecause(entry: Entry, context: ViewContext): HiddenReason | null {
  return ownReason(entry, context) ?? threadReason(entry, context) ?? (isEmpty(entry, context.feed) ? 'empty' : null);
}

/** Whether there would be nothing to see: a message with nothing but a file that feeds do not show. */
function isEmpty(entry: Entry, feed: Feed): boolean {
  const text = entry.editorial?.text ?? null;
  const isBlank = text === null ? (entry.published?.written.blocks.length ?? 0) === 0 : text.trim() === '';
  return isBlank && seen(entry, feed).length === 0;
}

function userOf({ author }: Entry, context: ViewContext): EntryView['user'] {
  const id = author?.member ?? author?.bot ?? author?.app ?? null;
  const nothing = { displayName: '', title: '', picture: null, isBot: id !== null && id !== author?.member };
  const known = (id === null ? null : context.profile(id)) ?? nothing;
  const name = known.displayName || (id === null ? null : context.names.member(id));
  return {
    id,
    display_name: cleaned(name || context.feed.headline),
    title: cleaned(known.title),
    image_48: known.picture === null ? null : safePicture(context.names.pictureUrl(known.picture)),
    is_bot: known.isBot,
  };
}

/** Those that can be seen. Of others that once were, an entry keeps where they were brought to, until they are gone from there. */
function seen({ pictures, published }: Entry, { pictures: settings }: Feed): EntryPicture[] {
  const wanted = new Set(settings && published ? published.written.pictures.map(({ id }) => id) : []);
  return pictures.filter(({ fileId, state }) => wanted.has(fileId) && state !== 'failed');
}

function picturesOf(entry: Entry, { feed, baseUrl }: ViewContext): PictureView[] {
  return seen(entry, feed).map(({ state, url, widthPx, heightPx, altText, mimeType, sizeBytes }) => {
    const safe = url === null ? null : safePicture(url);
    const address = safe?.startsWith('/') ? baseUrl + safe : safe;
    const isThere = state === 'there' && address !== null;
    return {
      state: isThere ? ('there' as const) : ('waiting' as const),
      url: isThere ? address : null,
      width: widthPx,
      height: heightPx,
      alt: altText ?? '',
      mime_type: isThere ? mimeType : null,
      size_bytes: isThere ? sizeBytes : null,
    };
  });
}

/** An entry as readers get it; null: they do not. */
export function viewOf(entry: Entry, context: ViewContext): EntryView | null {
  const { published } = entry;
  if (!published || hiddenBecause(entry, context) !== null) return null;
  const text = entry.editorial?.text ?? null;
  const written = text === null ? published.written : writtenOf(text);
  return {
    id: entry.id,
    ts: entry.messageId,
    html: htmlOf(written, context.names),
    text: textOf(written, context.names),
    posted_at: new Date(entry.postedAtMs).toISOString(),
    edited_at: published.isEdited ? new Date(published.atUs / 1_000).toISOString() : null,
    is_edited: published.isEdited,
    is_approved: published.isApproved,
    is_overridden: text !== null,
    user: userOf(entry, context),
    thread_id: entry.thread,
    is_broadcast: entry.isBroadcast,
    reply_count: context.replyCount(entry.messageId),
    pictures: picturesOf(entry, context),
  };
}
