import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

/** Chats that the configuration names, and that have another id since: it is followed until somebody changes the configuration. */
export interface Moves {
  /** Notes that a chat has another id now. May be called again. */
  record(from: ChannelKey, to: ChannelKey, signal: AbortSignal): Promise<void>;
  /** The id that a chat had before; null: it always had this one. */
  formerOf(chat: ChannelKey, signal: AbortSignal): Promise<ChannelKey | null>;
  /** The id that a chat has now; null: still this one. */
  nowOf(chat: ChannelKey, signal: AbortSignal): Promise<ChannelKey | null>;
}

const kind = 'talk-moved';
const movedSchema = z.object({ from: channelKeySchema });
const fromKey = (chat: ChannelKey): string => `from:${chat}`;

/** Moves as small documents, one for each chat that has moved. They stay: so does the configuration. */
export function createMoves(documents: DocumentStore): Moves {
  return {
    record: async (from, to, signal) => {
      const { document, nowMs } = await documents.get(kind, to, signal);
      if (document) return;
      const fresh = { kind, id: to, revision: 0, atMs: nowMs, keys: [fromKey(from)], expiresAtMs: null, body: { from } };
      await documents.put(fresh, signal).catch((error: unknown) => {
        // Somebody else was faster, and wrote the same.
        if (!isConflict(error)) throw error;
      });
    },
    formerOf: async (chat, signal) => movedSchema.safeParse((await documents.get(kind, chat, signal)).document?.body).data?.from ?? null,
    nowOf: async (chat, signal) => {
      const [found] = await documents.find({ kind, key: fromKey(chat), order: 'newest', limit: 1 }, signal);
      return channelKeySchema.safeParse(found?.id).data ?? null;
    },
  };
}
