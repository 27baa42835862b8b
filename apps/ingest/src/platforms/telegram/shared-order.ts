import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Logger } from '@watchpost/shared/observability/logger';
import { within } from '@watchpost/shared/wait';
import { z } from 'zod';
import { createLogRarely } from '../../log-rarely.ts';
import { orderKeepMs, type LastJob, type LastJobs } from './chat-order.ts';

const kind = 'update-order';
const lastSchema = z.object({ id: z.string(), after: z.string().nullable(), atMs: z.number() });

export interface SharedOrderOptions {
  documents: (signal: AbortSignal) => Promise<DocumentStore>;
  log: Logger;
  now: () => number;
  /** Longer no update waits for the database. Milliseconds. */
  patienceMs?: number;
  /** After it did not answer, it is not asked for so long. Milliseconds. */
  restMs?: number;
}

/**
 * Each chat's last job, for all processes: behind a load balancer a chat's updates come to each of them in turn, and whoever asks Telegram
 * next must know what was queued before. While the database does not answer, each process knows its own only.
 */
export function createSharedOrder({ documents, log, now, patienceMs = 300, restMs = 5_000 }: SharedOrderOptions): LastJobs {
  const rarely = createLogRarely(now);
  const never = new AbortController().signal;
  let asksAgainAtMs = 0;

  /** Null: the database did not answer. */
  const ask = async <T>(work: (store: DocumentStore, signal: AbortSignal) => Promise<T>): Promise<T | null> => {
    if (now() < asksAgainAtMs) return null;
    const soon = within(never, patienceMs);
    try {
      return await work(await documents(soon), soon);
    } catch (error) {
      asksAgainAtMs = now() + restMs;
      rarely('order', (times) => log.info({ err: error, times }, 'the database does not say what came before in a chat'));
      return null;
    }
  };
  const read = async (store: DocumentStore, chat: string, signal: AbortSignal) => {
    const { document, nowMs } = await store.get(kind, chat, signal);
    return { document, nowMs, last: lastSchema.safeParse(document?.body).data ?? null };
  };

  return {
    get: (chat) => ask(async (store, signal) => (await read(store, chat, signal)).last),
    put: async (chat, last: LastJob) => {
      await ask(async (store, signal) => {
        const { document, nowMs } = await read(store, chat, signal);
        const fresh = { kind, id: chat, revision: document?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + orderKeepMs };
        // Whoever was faster wrote what came as late as this.
        await store.put({ ...fresh, body: last }, signal).catch((error: unknown) => {
          if (!isConflict(error)) throw error;
        });
      });
    },
  };
}
