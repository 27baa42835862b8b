import type { Judge } from '@watchpost/rules/judge';
import type { Rule } from '@watchpost/rules/rule';
import type { FollowedRules } from '@watchpost/rules/rules';
import { followRules } from '@watchpost/rules/store/follow-rules';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Logger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import type { BackgroundDatabase } from './database.ts';

/** What ingest knows of the rules, and how far messages have been received for them. */
export interface Watching {
  /** The rules as they are now, from memory. None without a database. Null: they have not been read yet. */
  rules(): readonly Rule[] | null;
  /** The same, ready to be applied. Null also without a database. */
  judge(): Judge | null;
  /** Waits until they have been read. */
  ready(signal: AbortSignal): Promise<readonly Rule[]>;
  /**
   * Until when all messages of a platform were received, by whichever process, milliseconds since 1970; null: nobody ever noted it.
   * Rejects with `gallery-unavailable`.
   */
  receivedUntil(platform: string, signal: AbortSignal): Promise<number | null>;
  /** Notes that all messages until then were received; an earlier time than is known changes nothing. Rejects with `gallery-unavailable`. */
  noteReceived(platform: string, atMs: number, signal: AbortSignal): Promise<void>;
}

/** The kind of the documents that say how far messages have been received: one for each platform. */
const kind = 'intake';
const bodySchema = z.object({ receivedUntilMs: z.number().int() });

/** Follows the rules as soon as the database is open. `done` resolves after the signal has aborted. */
export function startWatching(
  database: Pick<BackgroundDatabase, 'isConfigured' | 'opened'>,
  log: Logger,
  stopping: AbortSignal,
): Watching & { done: Promise<void> } {
  let followed: FollowedRules | null = null;
  const following = database.opened(stopping).then((opened) => (followed = followRules({ ...opened, log }, stopping)));
  const done = following.then(({ done }) => done).catch(() => undefined);

  const stored = async (platform: string, signal: AbortSignal) => {
    const { documents } = await database.opened(signal);
    const { document } = await documents.get(kind, platform, signal);
    const body = bodySchema.safeParse(document?.body);
    return { documents, revision: document?.revision ?? 0, untilMs: body.data?.receivedUntilMs ?? null };
  };

  return {
    rules: () => (database.isConfigured ? (followed?.current()?.rules ?? null) : []),
    judge: () => followed?.current() ?? null,
    ready: async (signal) => {
      if (!database.isConfigured) return [];
      await database.opened(signal);
      return (await (await following).ready(signal)).rules;
    },
    receivedUntil: async (platform, signal) => (await stored(platform, signal)).untilMs,
    noteReceived: async (platform, atMs, signal) => {
      const { documents, revision, untilMs } = await stored(platform, signal);
      if (untilMs !== null && untilMs >= atMs) return;
      const body = { receivedUntilMs: atMs };
      await documents.put({ kind, id: platform, revision, atMs, keys: [], expiresAtMs: null, body }, signal).catch((error: unknown) => {
        // Another process has noted it, a moment ago.
        if (!isConflict(error)) throw error;
      });
    },
    done,
  };
}
