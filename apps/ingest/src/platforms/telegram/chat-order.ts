/** How long a job is named as the one that comes before the next one. Milliseconds. */
export const orderKeepMs = 600_000;
/** Of how many chats this process knows it. */
const mostChats = 10_000;

/** The order in which one chat's jobs were queued. */
export interface ChatOrder {
  /**
   * Queues one job of a chat with `send`, after those of this chat that are being queued. `send` gets the id of the one that came just
   * before, or null. One that could not be queued comes before nothing.
   */
  next(chat: string, id: string, send: (after: string | null) => Promise<void>): Promise<void>;
}

/** A job as the last one of its chat. */
export interface LastJob {
  id: string;
  /** What came before it; the same update may come again. */
  after: string | null;
  atMs: number;
}

/** What all processes know of each chat's last job. Neither rejects, nor waits for long. */
export interface LastJobs {
  get(chat: string): Promise<LastJob | null>;
  put(chat: string, last: LastJob): Promise<void>;
}

/** `shared`: null where each process knows only what it has queued itself. */
export function createChatOrder(now: () => number, shared: LastJobs | null): ChatOrder {
  const queueing = new Map<string, Promise<void>>();
  // Longest ago first.
  const lasts = new Map<string, LastJob>();

  const afterOf = async (chat: string, id: string): Promise<string | null> => {
    const [own, others] = [lasts.get(chat), await shared?.get(chat)];
    const last = others && others.atMs >= (own?.atMs ?? 0) ? others : own;
    if (!last || now() - last.atMs > orderKeepMs) return null;
    return last.id === id ? last.after : last.id;
  };
  const remember = (chat: string, last: LastJob): void => {
    lasts.delete(chat);
    lasts.set(chat, last);
    for (const [oldest, { atMs }] of lasts) {
      if (lasts.size <= mostChats && now() - atMs <= orderKeepMs) break;
      lasts.delete(oldest);
    }
  };

  return {
    next: async (chat, id, send) => {
      const before = queueing.get(chat) ?? Promise.resolve();
      const work = before.then(async () => {
        const after = await afterOf(chat, id);
        await send(after);
        const last = { id, after, atMs: now() };
        remember(chat, last);
        await shared?.put(chat, last);
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
