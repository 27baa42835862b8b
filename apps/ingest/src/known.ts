import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { BackgroundDatabase } from './database.ts';

/** What ingest knows of the gallery. It does its work without. */
export interface Known {
  /** People for a type-ahead; none while the gallery has not been read. */
  findPeople(text: string, limit: number): { id: string; name: string }[];
  /**
   * When the newest snapshot of a channel that was posted before this time was posted, milliseconds since 1970; null: none ever was.
   * Waits until the gallery's database answers. Rejects with `gallery-unavailable`.
   */
  newest(channel: ChannelKey, beforeMs: number, signal: AbortSignal): Promise<number | null>;
}

/** Asks the gallery. */
export function lookUpKnown(database: Pick<BackgroundDatabase, 'current' | 'opened'>): Known {
  return {
    findPeople: (text, limit) => {
      const opened = database.current();
      return opened?.gallery.isReady() ? opened.questions.findPeople(text, limit) : [];
    },
    newest: async (channel, beforeMs, signal) => {
      const { records } = await database.opened(signal);
      return records.newest(channel, beforeMs, signal);
    },
  };
}
