import { createHash, randomBytes, scryptSync } from 'node:crypto';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { epochId, epochKind, readEpoch } from '@watchpost/shared/documents/epoch';
import { clocksApartMs } from '@watchpost/shared/documents/lease';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';
import { roles, type User } from './user.ts';

/** Nobody has used it for so long, or it has lasted for so long: it is over. Milliseconds. */
export const sessionIdleMs = 12 * 3_600_000;
export const sessionLongestMs = 7 * 86_400_000;
/** A session is written again when its last use is older than this. Milliseconds. */
const touchMs = 5 * 60_000;

/** Of so many sessions a process remembers that they held, so that it can say what became of them. */
const mostRemembered = 1_000;

/**
 * Why somebody's session is over. `idle`: nobody used it; `longest`: it lasted as long as any may; `changed`: the password, or the link, is
 * another one; `elsewhere`: it was ended from another browser; `replaced`: another database took the place of ours; `unknown`: nobody can say.
 */
export const sessionEnds = ['idle', 'longest', 'changed', 'elsewhere', 'replaced', 'unknown'] as const;
export type SessionEnd = (typeof sessionEnds)[number];

const kind = 'console-session';
const bodySchema = z.object({
  user: z.object({ id: z.string(), name: z.string(), role: z.enum(roles) }),
  createdAtMs: z.number(),
  /** Of the way in: another password ends the sessions that came in by the former one. */
  mark: z.string(),
});

/**
 * Sessions in our database, so that they outlive a restart, hold in every process, and can be ended from anywhere. The browser has 32
 * random bytes; the database only their hash: whoever reads it cannot sign in.
 */
export interface Sessions {
  /** Resolves to what goes into the cookie. */
  begin(user: User, mark: string, signal: AbortSignal): Promise<string>;
  /** Who it is; null: there is no such session, or it is over. `isUse`: somebody does something; else its time goes on running. */
  find(sessionId: string, how: { mark: (user: User) => string; isUse: boolean }, signal: AbortSignal): Promise<User | null>;
  /**
   * Why a session is over that `find` did not find. Whoever does not have what the browser was given learns nothing, not even whether anybody
   * ever did: it is `unknown`.
   */
  whyOver(sessionId: string, mark: (user: User) => string, signal: AbortSignal): Promise<SessionEnd>;
  end(sessionId: string, signal: AbortSignal): Promise<void>;
  /** Ends all of one user. Resolves to how many. */
  endAll(userId: string, signal: AbortSignal): Promise<number>;
}

/** Characters of what the browser has: 32 random bytes. */
export const sessionIdLength = 43;

const hash = (sessionId: string): string => createHash('sha256').update(sessionId).digest('base64url');
const userKey = (userId: string): string => `user:${userId}`;

/** What another site cannot know of a session. */
export const csrfTokenOf = (sessionId: string): string => createHash('sha256').update(`csrf ${sessionId}`).digest('base64url');

/** Tells one password from another, and costs whoever would guess it from the database as much as signing in. */
export const passwordMark = (password: string): string => scryptSync(password, 'watchpost console session', 16).toString('base64url');

/** What this process knows of a session that held: until when, and in which history of the database. */
interface Remembered {
  createdAtMs: number;
  expiresAtMs: number;
  epoch: string | null;
  /** When the epoch was read: the session may be in a restored database, too. */
  epochAtMs: number;
}

const timeOver = ({ createdAtMs, expiresAtMs }: Pick<Remembered, 'createdAtMs' | 'expiresAtMs'>, nowMs: number): SessionEnd | null => {
  if (expiresAtMs > nowMs) return null;
  return nowMs >= createdAtMs + sessionLongestMs ? 'longest' : 'idle';
};

/** What was used last while the database's clock was ahead would last too long. */
const isWithinTimes = ({ atMs, expiresAtMs }: StoredDocument, nowMs: number): boolean =>
  (expiresAtMs ?? 0) > nowMs && atMs <= nowMs + clocksApartMs;

export function createSessions(documents: () => DocumentStore): Sessions {
  const remembered = new Map<string, Remembered>();
  const epochNow = async (signal: AbortSignal): Promise<string | null> =>
    readEpoch((await documents().get(epochKind, epochId, signal)).document)?.epoch ?? null;
  const remember = async (id: string, held: Omit<Remembered, 'epoch' | 'epochAtMs'>, nowMs: number, signal: AbortSignal): Promise<void> => {
    const before = remembered.get(id);
    if (before?.expiresAtMs === held.expiresAtMs && nowMs - before.epochAtMs < touchMs) return;
    const epoch = await epochNow(signal);
    const [oldest] = remembered.keys();
    if (!before && oldest !== undefined && remembered.size >= mostRemembered) remembered.delete(oldest);
    remembered.set(id, { ...held, epoch, epochAtMs: nowMs });
  };
  const remove = async ({ id, revision }: StoredDocument, signal: AbortSignal): Promise<void> => {
    await documents()
      .remove(kind, id, revision, signal)
      .catch(async (error: unknown) => {
        if (!isConflict(error)) throw error;
        // It was used meanwhile.
        const { document } = await documents().get(kind, id, signal);
        if (document) await remove(document, signal);
      });
  };
  return {
    begin: async (user, mark, signal) => {
      const sessionId = randomBytes(32).toString('base64url');
      const id = hash(sessionId);
      const { nowMs } = await documents().get(kind, id, signal);
      const body = { user, createdAtMs: nowMs, mark };
      const expiresAtMs = nowMs + sessionIdleMs;
      await documents().put({ kind, id, revision: 0, atMs: nowMs, keys: [userKey(user.id)], expiresAtMs, body }, signal);
      return sessionId;
    },
    find: async (sessionId, { mark, isUse }, signal) => {
      const { document, nowMs } = await documents().get(kind, hash(sessionId), signal);
      const body = bodySchema.safeParse(document?.body).data;
      if (!document || !body || !isWithinTimes(document, nowMs) || body.mark !== mark(body.user)) return null;
      await remember(document.id, { createdAtMs: body.createdAtMs, expiresAtMs: document.expiresAtMs ?? 0 }, nowMs, signal);
      if (isUse && nowMs - document.atMs > touchMs) {
        const expiresAtMs = Math.min(nowMs + sessionIdleMs, body.createdAtMs + sessionLongestMs);
        await documents()
          .put({ ...document, atMs: nowMs, expiresAtMs }, signal)
          .catch((error: unknown) => {
            // Another request has done it, or it was ended.
            if (!isConflict(error)) throw error;
          });
      }
      return body.user;
    },
    whyOver: async (sessionId, mark, signal) => {
      const id = hash(sessionId);
      const { document, nowMs } = await documents().get(kind, id, signal);
      const body = bodySchema.safeParse(document?.body).data;
      if (document && body)
        return (
          timeOver({ createdAtMs: body.createdAtMs, expiresAtMs: document.expiresAtMs ?? 0 }, nowMs) ??
          (body.mark === mark(body.user) ? 'unknown' : 'changed')
        );
      const held = remembered.get(id);
      if (!held) return 'unknown';
      return timeOver(held, nowMs) ?? (held.epoch === (await epochNow(signal)) ? 'elsewhere' : 'replaced');
    },
    end: async (sessionId, signal) => {
      const { document } = await documents().get(kind, hash(sessionId), signal);
      if (document) await remove(document, signal);
    },
    endAll: async (userId, signal) => {
      const found = await documents().find({ kind, key: userKey(userId), order: 'newest', limit: 1_000 }, signal);
      for (const document of found) await remove(document, signal);
      return found.length;
    },
  };
}
