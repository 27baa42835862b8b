import { createHash, randomBytes, scryptSync } from 'node:crypto';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';
import { roles, type User } from './user.ts';

/** Nobody has used it for so long, or it has lasted for so long: it is over. Milliseconds. */
export const sessionIdleMs = 12 * 3_600_000;
export const sessionLongestMs = 7 * 86_400_000;
/** A session is written again when its last use is older than this. Milliseconds. */
const touchMs = 5 * 60_000;

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
  end(sessionId: string, signal: AbortSignal): Promise<void>;
  /** Ends all of one user. Resolves to how many. */
  endAll(userId: string, signal: AbortSignal): Promise<number>;
}

const hash = (sessionId: string): string => createHash('sha256').update(sessionId).digest('base64url');
const userKey = (userId: string): string => `user:${userId}`;

/** What another site cannot know of a session. */
export const csrfTokenOf = (sessionId: string): string => createHash('sha256').update(`csrf ${sessionId}`).digest('base64url');

/** Tells one password from another, and costs whoever would guess it from the database as much as signing in. */
export const passwordMark = (password: string): string => scryptSync(password, 'watchpost console session', 16).toString('base64url');

export function createSessions(documents: () => DocumentStore): Sessions {
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
      if (!document || !body || (document.expiresAtMs ?? 0) <= nowMs || body.mark !== mark(body.user)) return null;
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
