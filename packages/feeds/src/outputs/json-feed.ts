import type { Feed } from '../feed.ts';
import { absolute } from './absolute.ts';
import { anchorOf, titleOf } from './headings.ts';
import { withPictures } from './pictures-html.ts';
import type { EntryView } from './view.ts';

/** Where a feed is found. Whole addresses. */
export interface FeedAddresses {
  /** Of its page. */
  page: string;
  /** Of this very document. */
  self: string;
}

/** A feed as JSON Feed 1.1 (jsonfeed.org). `views`: the newest first. */
export function jsonFeedOf(feed: Feed, views: readonly EntryView[], { page, self }: FeedAddresses): Record<string, unknown> {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.headline,
    home_page_url: page,
    feed_url: self,
    language: feed.language,
    expired: !feed.isOpen,
    items: views.map((view) => item(absolute(view, new URL(self).origin), page)),
  };
}

function item(view: EntryView, page: string): Record<string, unknown> {
  const there = view.pictures.flatMap(({ url, mime_type, size_bytes, alt }) => (url === null ? [] : { url, mime_type, size_bytes, alt }));
  return {
    id: view.id,
    url: `${page}#${anchorOf(view)}`,
    title: titleOf(view),
    content_html: withPictures(view, { placeholders: false }),
    content_text: view.text,
    ...(there[0] && { image: there[0].url }),
    date_published: view.posted_at,
    ...(view.edited_at !== null && { date_modified: view.edited_at }),
    authors: [{ name: view.user.display_name, ...(view.user.image_48 !== null && { avatar: view.user.image_48 }) }],
    ...(there.length > 0 && {
      attachments: there.map(({ url, mime_type, size_bytes, alt }) => ({
        url,
        mime_type: mime_type ?? 'image/jpeg',
        ...(alt !== '' && { title: alt }),
        ...(size_bytes !== null && { size_in_bytes: size_bytes }),
      })),
    }),
    _watchpost: { thread_id: view.thread_id, is_edited: view.is_edited, is_approved: view.is_approved, is_overridden: view.is_overridden },
  };
}
