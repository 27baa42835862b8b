import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict, untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const lineSchema = z.object({
  /** Which attempt of a job works in this chat now; null: none. */
  holder: z.string().nullable(),
  untilMs: z.number(),
  /** The jobs that have ended lately, oldest first. */
  done: z.array(z.string()),
});

const kind = 'talk-line';
/** No job works longer than this in one go: then it is given up, and the chat is free. Milliseconds. */
export const longestWorkMs = 45_000;
/** A worker that was killed holds its chat no longer than this, milliseconds. */
const leaseMs = longestWorkMs + 5_000;
/** How soon a job that must wait asks again, milliseconds. */
const lookAgainMs = 120;
/** How long a job waits for the one before it that does not end: all attempts of a job take less. Milliseconds. */
const patienceMs = 90_000;
const mostDone = 60;
const keepMs = 26 * 3_600_000;
const mostWaiting = 10_000;
const releaseTimeoutMs = 3_000;

/** How a job in its line ended: `done` is never done again. */
export type LineEnd = 'done' | 'again';

/** One chat's jobs one after the other, in the order in which they came; other chats wait for nobody. */
export interface Line {
  /** Takes the chat for this job; null: an earlier attempt has ended it. Rejects with `talk-busy` (soon) while it is not its turn. */
  enter(job: Pick<TalkJob, 'id' | 'chat' | 'after'>, signal: AbortSignal): Promise<{ leave(end: LineEnd): Promise<void> } | null>;
}

/** Lines on documents, one for each chat. `now`: monotonic milliseconds. */
export function createLine(documents: DocumentStore, now: () => number = () => performance.now()): Line {
  /** Since when jobs wait for the one before. A new process begins to wait anew. */
  const waiting = new Map<string, number>();

  const isPatient = (id: string): boolean => {
    const since = waiting.get(id);
    if (since !== undefined) return now() < since + patienceMs;
    if (waiting.size >= mostWaiting) waiting.clear();
    waiting.set(id, now());
    return true;
  };

  return {
    enter: async ({ id, chat, after }, signal) => {
      const { document, nowMs } = await documents.get(kind, chat, signal);
      const line = lineSchema.safeParse(document?.body).data ?? { holder: null, untilMs: 0, done: [] };
      if (line.done.includes(id)) return null;
      if (line.holder !== null && line.untilMs > nowMs) throw busy('the chat is busy with another job');
      if (after !== null && after !== id && !line.done.includes(after) && isPatient(id))
        throw busy('the job before it has not been done yet');
      const holder = randomUUID();
      const put = bodyPut(document, chat, nowMs, { ...line, holder, untilMs: nowMs + leaseMs });
      try {
        await documents.put(put, signal);
      } catch (error) {
        if (isConflict(error)) throw busy('another job of the chat was faster');
        throw error;
      }
      waiting.delete(id);
      return { leave: async (end) => leave(documents, chat, { id, holder, end }) };
    },
  };
}

/** Rejects with `gallery-unavailable`: then the job is done again, as far as it has to. */
async function leave(
  documents: DocumentStore,
  chat: string,
  { id, holder, end }: { id: string; holder: string; end: LineEnd },
): Promise<void> {
  // Not the job's signal: when that aborts, the chat must be free for whoever comes next.
  const signal = AbortSignal.timeout(releaseTimeoutMs);
  await untilNoConflict(async () => {
    const { document, nowMs } = await documents.get(kind, chat, signal);
    const line = lineSchema.safeParse(document?.body).data ?? { holder: null, untilMs: 0, done: [] };
    const isMine = line.holder === holder;
    const done = end === 'done' ? [...line.done.filter((each) => each !== id), id].slice(-mostDone) : line.done;
    const next = { holder: isMine ? null : line.holder, untilMs: isMine ? 0 : line.untilMs, done };
    await documents.put(bodyPut(document, chat, nowMs, next), signal);
  }, signal);
}

const bodyPut = (document: StoredDocument | null, chat: string, nowMs: number, body: z.infer<typeof lineSchema>): StoredDocument => ({
  kind,
  id: chat,
  revision: document?.revision ?? 0,
  atMs: nowMs,
  keys: [],
  expiresAtMs: nowMs + keepMs,
  body,
});

const busy = (why: string): AppError => new AppError('talk-busy', why, { retryAfterMs: lookAgainMs });
