import { z } from 'zod';
import type { Feed } from '../feed.ts';
import { type EntryView, entryViewSchema } from './view.ts';

/** What a feed is, to readers. Its descriptions are those of docs/feed-schema.md. */
export const feedHeadSchema = z.object({
  slug: z.string().describe('Its name in addresses.'),
  headline: z.string().describe('Plain text.'),
  description_html: z.string().describe('Clean HTML; may be empty.'),
  live_content_html: z.string().describe('Clean HTML that may hold frames, such as a video; may be empty.'),
  is_open: z.boolean().describe('`false`: nothing new will come.'),
  language: z.string().describe('BCP 47: `en`.'),
  time_zone: z.string().describe('IANA: `Europe/Berlin`.'),
});
export type FeedHead = z.infer<typeof feedHeadSchema>;

/** A part of a feed. */
export const feedPageSchema = z.object({
  feed: feedHeadSchema.describe('What the feed is.'),
  entries: z.array(entryViewSchema).describe('The newest first, replies among them.'),
  next_before: z.string().nullable().describe('`before` of the next, older page; `null`: this is the last one.'),
  position: z.string().describe('Where to follow from: `Last-Event-ID` of the event stream.'),
});
export type FeedPage = z.infer<typeof feedPageSchema>;

/** What `event: removed` says. */
export const removedSchema = z.object({ id: z.string().describe('Of the entry that is not shown any more.') });

/** All feeds. */
export const feedListSchema = z.object({ feeds: z.array(feedHeadSchema).describe('In the order of their file.') });

/** What a feed is, to readers. */
export function feedHeadOf(feed: Feed): FeedHead {
  return {
    slug: feed.slug,
    headline: feed.headline,
    description_html: feed.description,
    live_content_html: feed.liveContent,
    is_open: feed.isOpen,
    language: feed.language,
    time_zone: feed.timeZone,
  };
}

/** A part of a feed. `entries`: the newest first. */
export function feedPageOf(feed: Feed, part: { entries: EntryView[]; nextBefore: string | null; position: string }): FeedPage {
  return { feed: feedHeadOf(feed), entries: part.entries, next_before: part.nextBefore, position: part.position };
}
