import { channelId } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { createMoves } from '@watchpost/talk/moves';
import { telegramChat } from '@watchpost/telegram/channel';

export interface MovedChatsOptions {
  documents: (signal: AbortSignal) => Promise<DocumentStore>;
  /** Those of the configuration, by their numbers. What they are called now is added. */
  readChats: Set<string>;
  log: Logger;
  /** Between two looks, milliseconds. */
  everyMs?: number;
}

/**
 * Follows cameras' groups that became supergroups: Telegram tells of it once, and to one process only. Until somebody puts the new number
 * into the configuration, pictures would be lost otherwise. Resolves when the signal has aborted, or where no chat can move.
 */
export async function followMovedChats(
  { documents, readChats, log, everyMs = 30_000 }: MovedChatsOptions,
  signal: AbortSignal,
): Promise<void> {
  const configured = [...readChats].filter(canMove);
  if (configured.length === 0) return;
  const look = async (): Promise<void> => {
    const moves = createMoves(await documents(signal));
    for (const chat of configured) {
      const now = await moves.nowOf(telegramChat(chat), signal);
      if (now === null || readChats.has(channelId(now))) continue;
      readChats.add(channelId(now));
      log.error({ chat, movedTo: channelId(now) }, 'a chat has a new number: put it into the configuration');
    }
  };
  try {
    for (;;) {
      await look().catch((error: unknown) => log.debug({ err: error }, 'the database does not say which chats have moved'));
      await pause(everyMs, signal);
    }
  } catch {
    // It was stopped.
  }
}

/** Supergroups and channels have numbers that begin with -100, and keep them. */
const canMove = (chat: string): boolean => chat.startsWith('-') && !chat.startsWith('-100');
