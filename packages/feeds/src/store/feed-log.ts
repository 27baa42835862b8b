import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import { pause, raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { FeedChange, FeedLog, LoggedBatch } from '../feed-store.ts';

const kind = 'feed-log';
const startKind = 'feed-log-start';
const hourMs = 3_600_000;
const minuteMs = 60_000;
/** How long a batch is kept. */
const keepMs = 48 * hourMs;
/** A number that this process knew so long ago may have been followed by others that are gone. */
const knownForMs = hourMs;
/** Where the numbering began anew is agreed upon for so long. */
const startHoldsMs = 24 * hourMs;
const mostTogether = 500;
/** So many other writers in a row were faster. */
const mostTries = 1_000;

const bodySchema = z.object({
  changes: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('entry'), feed: z.string(), id: z.string(), changes: z.number() }),
      z.object({
        kind: z.literal('profiles'),
        platform: z.string(),
        what: z.enum(['member', 'channel', 'emoji']),
        subject: z.string().nullable(),
      }),
    ]),
  ),
});

interface Waiting {
  changes: readonly FeedChange[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** The log of feeds on a store of documents: each batch has the number after the one before, so that none can be put before another. */
export function createFeedLog(
  documents: DocumentStore,
  { now = Date.now, followed }: { now?: () => number; followed?: Pick<FollowedDatabase, 'onReplaced'> | undefined } = {},
): FeedLog {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let known: { batch: number; atMs: number } | null = null;
  const never = new AbortController().signal;
  followed?.onReplaced(() => (known = null));

  async function write(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const together = takeTogether();
      try {
        await append(
          documents,
          together.flatMap(({ changes }) => changes),
          { known: knownNow, learn, expiresAtMs: now() + keepMs },
          never,
        );
        for (const { resolve } of together) resolve();
      } catch (error) {
        known = null;
        for (const { reject } of together) reject(error);
      }
    }
    isWriting = false;
  }

  const learn = (batch: number): void => void (known = { batch, atMs: now() });
  /** A machine may have slept, and a clock may have been set back. */
  const knownNow = (): number | null => {
    const ageMs = known ? now() - known.atMs : -1;
    return known && ageMs >= 0 && ageMs < knownForMs ? known.batch : null;
  };

  function takeTogether(): Waiting[] {
    let count = 0;
    const taken = waiting.filter(({ changes }, index) => (count += changes.length) <= mostTogether || index === 0);
    waiting = waiting.slice(taken.length);
    return taken;
  }

  return {
    append: async (changes, signal) => {
      throwIfAborted(signal);
      if (changes.length === 0) return;
      const written = new Promise<void>((resolve, reject) => waiting.push({ changes, resolve, reject }));
      if (!isWriting) void write();
      await raceAbort(written, signal);
    },
    read: async (after, limit, signal) => {
      const range = { kind, fromMs: after + 1, order: 'oldest', limit } as const;
      const found = await documents.find(range, signal);
      if (isDense(after, found)) return found.map(toBatch);
      // A batch may be written while the database reads on beyond its place. What was seen behind it proves that it is there now.
      const lastMs = found.at(-1)?.atMs ?? 0;
      return (await documents.find({ ...range, beforeMs: lastMs + 1 }, signal)).map(toBatch);
    },
    newest: async (signal) => newestIn(documents, signal),
  };
}

const isDense = (after: number, found: readonly { atMs: number }[]): boolean =>
  found.every(({ atMs }, index) => atMs === (index === 0 ? after : (found[index - 1]?.atMs ?? 0)) + 1);

/** What another version wrote is a batch without changes: its number counts. */
function toBatch({ atMs, body }: { atMs: number; body: unknown }): LoggedBatch {
  return { batch: atMs, changes: bodySchema.safeParse(body).data?.changes ?? [] };
}

async function newestIn(documents: Pick<DocumentStore, 'find'>, signal: AbortSignal): Promise<number> {
  const [newest] = await documents.find({ kind, order: 'newest', limit: 1 }, signal);
  return newest?.atMs ?? 0;
}

interface Appending {
  /** The number of a batch that is certainly there; null: none is known. */
  known: () => number | null;
  learn: (batch: number) => void;
  expiresAtMs: number;
}

async function append(
  documents: DocumentStore,
  changes: readonly FeedChange[],
  { known, learn, expiresAtMs }: Appending,
  signal: AbortSignal,
): Promise<void> {
  let last = known();
  for (let tries = 1; ; tries += 1) {
    last ??= await newestIn(documents, signal);
    const next = last === 0 ? await startOf(documents, signal) : last + 1;
    try {
      await documents.put({ kind, id: String(next), revision: 0, atMs: next, keys: [], expiresAtMs, body: { changes } }, signal);
      learn(next);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (tries === mostTries) throw new AppError('document-conflict', 'too many processes write the log of feeds', { cause: error });
      last = null;
      // Whoever was faster goes on; the others should not all try at once again.
      if (tries > 1) await pause(Math.random() * Math.min(tries, 20), signal);
    }
  }
}

/**
 * The first number of a log that is empty: the minute, by the database's clock, so that no number is given out twice, also where a
 * restored database begins without a log. All processes that find
 * it empty at once agree on one.
 */
async function startOf(documents: DocumentStore, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { document, nowMs } = await documents.get(startKind, 'start', signal);
    if (document && document.atMs > nowMs - startHoldsMs) return document.atMs;
    const startMs = Math.floor(nowMs / minuteMs) * minuteMs;
    try {
      await documents.put(
        { kind: startKind, id: 'start', revision: document?.revision ?? 0, atMs: startMs, keys: [], expiresAtMs: null, body: {} },
        signal,
      );
      return startMs;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
