/** How long a job is named as the one that comes before the next one, and of how many chats. Milliseconds. */
const keepMs = 600_000;
const mostChats = 10_000;

/** The order in which one chat's jobs were queued by this process. */
export interface ChatOrder {
  /**
   * Queues one job of a chat with `send`, after those of this chat that are being queued. `send` gets the id of the one that came just
   * before, or null. One that could not be queued comes before nothing.
   */
  next(chat: string, id: string, send: (after: string | null) => Promise<void>): Promise<void>;
}

interface Last {
  id: string;
  /** What came before it; the same update may come again. */
  after: string | null;
  atMs: number;
}

export function createChatOrder(now: () => number): ChatOrder {
  const queueing = new Map<string, Promise<void>>();
  // Longest ago first.
  const lasts = new Map<string, Last>();

  const afterOf = (chat: string, id: string): string | null => {
    const last = lasts.get(chat);
    if (!last || now() - last.atMs > keepMs) return null;
    return last.id === id ? last.after : last.id;
  };
  const remember = (chat: string, last: Last): void => {
    lasts.delete(chat);
    lasts.set(chat, last);
    for (const [oldest, { atMs }] of lasts) {
      if (lasts.size <= mostChats && now() - atMs <= keepMs) break;
      lasts.delete(oldest);
    }
  };

  return {
    next: async (chat, id, send) => {
      const before = queueing.get(chat) ?? Promise.resolve();
      const work = before.then(async () => {
        const after = afterOf(chat, id);
        await send(after);
        remember(chat, { id, after, atMs: now() });
      });
      const settled = work.catch(() => undefined);
      queueing.set(chat, settled);
      try {
        await work;
      } finally {
        if (queueing.get(chat) === settled) queueing.delete(chat);
      }
    },
  };
}
