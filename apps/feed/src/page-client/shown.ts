/** What the page shows of a picture. */
export interface ShownPicture {
  state: 'waiting' | 'there';
  url: string | null;
  width: number | null;
  height: number | null;
  alt: string;
}

/** What the page shows of an entry: a part of what `/feeds/SLUG/entries` and the events say. */
export interface ShownEntry {
  id: string;
  ts: string;
  html: string;
  text: string;
  posted_at: string;
  is_edited: boolean;
  user: { id: string | null; display_name: string; title: string; image_48: string | null };
  thread_id: string | null;
  is_broadcast: boolean;
  pictures: readonly ShownPicture[];
}

/** What the page shows of a feed. */
export interface ShownFeed {
  slug: string;
  headline: string;
  description_html: string;
  live_content_html: string;
  is_open: boolean;
  language: string;
  time_zone: string;
}

/** A page of a feed, the newest first. */
export interface ShownPage {
  feed: ShownFeed;
  entries: readonly ShownEntry[];
  next_before: string | null;
  position: string;
}
