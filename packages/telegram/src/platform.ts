import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { chatNumber, messageAt } from './channel.ts';
import { chatInfo, remembered } from './chat-info.ts';
import { createCheck, type CheckOptions } from './check.ts';
import { createDownload, type DownloadOptions } from './download.ts';

/** A group's name changes rarely. Milliseconds. */
const nameFreshMs = 3_600_000;
/** Where Telegram did not say. Milliseconds. */
const unknownFreshMs = 60_000;

/** Telegram as a ChatPlatform. */
export function createTelegramPlatform(options: CheckOptions & DownloadOptions): ChatPlatform {
  /** A public group's or channel's name; null: it has none. */
  const publicName = remembered(
    async (chat: number, signal): Promise<string | null> => {
      try {
        return (await chatInfo(options.api, chat, signal)).username ?? null;
      } catch (error) {
        // A link that only members can open is better than none.
        if (!signal.aborted && error instanceof AppError) return null;
        throw error;
      }
    },
    (name) => (name === null ? unknownFreshMs : nameFreshMs),
  );
  return {
    check: createCheck(options),
    download: createDownload(options),
    permalink: async (channel, messageId, signal) => {
      const at = messageAt(channel, messageId);
      // Supergroups and channels: -100 and the number in links. What people write to us, and simple groups, have no links.
      const inLinks = /^-100(\d+)$/.exec(String(at?.chat_id ?? chatNumber(channel)))?.[1];
      if (!at || inLinks === undefined) return null;
      const name = await publicName(at.chat_id, signal);
      return name === null ? `https://t.me/c/${inLinks}/${at.message_id}` : `https://t.me/${name}/${at.message_id}`;
    },
  };
}
