import type { PictureFile } from '@watchpost/shared/chat/written';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import type { DeliveredPicture, Delivery } from './deliveries.ts';

/** What is to be done about the pictures of an entry. */
export interface Plan {
  /** To be brought to readers, or waited for. */
  bring: PictureFile[];
  /** Readers are no longer to see these. */
  takeBack: DeliveredPicture[];
}

/** Compares what readers are to see with what is there. Pure. `entry` null: it is gone. */
export function plan(entry: Entry | null, feed: Feed, { items }: Delivery): Plan {
  const wanted = wantedOf(entry, feed);
  const own = items.filter((item) => item.feed === feed.slug);
  const shown = new Map(entry?.pictures.flatMap(({ fileId, state, url }) => (state === 'there' ? [[fileId, url]] : [])));
  const isThere = (fileId: string): boolean =>
    own.some((item) => item.fileId === fileId && item.url !== null && item.url === shown.get(fileId));
  const ids = new Set(wanted.map(({ id }) => id));
  return {
    bring: wanted.filter(({ id }) => !isThere(id)),
    takeBack: own.filter(({ fileId, url }) => !ids.has(fileId) || (isThere(fileId) && shown.get(fileId) !== url)),
  };
}

/** What readers are to see, each once. */
export function wantedOf(entry: Entry | null, feed: Feed): PictureFile[] {
  if (!entry?.published || !feed.pictures) return [];
  const { pictures } = entry.published.written;
  return pictures.filter(({ id }, index) => pictures.findIndex((each) => each.id === id) === index);
}

/** Whether readers are to see a picture no longer, whatever the settings say. Pure. `entry` null: it is gone. */
export const isOver = (fileId: string, entry: Entry | null): boolean =>
  !entry?.published || entry.published.written.pictures.every(({ id }) => id !== fileId);
