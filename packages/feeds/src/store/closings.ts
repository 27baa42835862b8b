import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';

const kind = 'feed-closings';
const id = 'closings';
const bodySchema = z.object({ v: z.literal(1), slugs: z.array(z.string()) });

/** The feeds that are closed by hand, by slug: one document, which every process follows. The file of feeds can close others. */
export interface Closings {
  /** Rejects with `database-newer`, and with `gallery-unavailable`. */
  read(signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Resolves to whether that changed anything. Rejects as `read`. */
  set(slug: string, isClosed: boolean, signal: AbortSignal): Promise<boolean>;
}

function slugsOf(document: StoredDocument | null): ReadonlySet<string> {
  if (!document) return new Set();
  const body = bodySchema.safeParse(document.body).data;
  if (!body) throw new AppError('database-newer', 'which feeds are closed by hand was written by a newer release of watchpost');
  return new Set(body.slugs);
}

export function createClosings(documents: Pick<DocumentStore, 'get' | 'put'>): Closings {
  return {
    read: async (signal) => slugsOf((await documents.get(kind, id, signal)).document),
    set: async (slug, isClosed, signal) =>
      untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(kind, id, signal);
        const slugs = new Set(slugsOf(document));
        if (slugs.has(slug) === isClosed) return false;
        if (isClosed) slugs.add(slug);
        else slugs.delete(slug);
        const body = { v: 1, slugs: [...slugs].sort() };
        const revision = document?.revision ?? 0;
        await documents.put({ kind, id, revision, atMs: Math.floor(nowMs), keys: [], expiresAtMs: null, body }, signal);
        return true;
      }, signal),
  };
}

export interface FollowClosingsOptions {
  /** Rejects while the database is away: then what was read last holds, as it does where a newer release has written them. */
  documents: (signal: AbortSignal) => Promise<Pick<DocumentStore, 'get' | 'put'>>;
  take: (closed: ReadonlySet<string>) => void;
  log: Logger;
  /** How often they are read again, milliseconds. */
  everyMs?: number;
}

export interface FollowedClosings {
  /** Resolves when they were read for the first time; never without a database. */
  known: Promise<void>;
  /** Never rejects; resolves when the signal aborts. */
  done: Promise<void>;
}

/** Follows which feeds are closed by hand: it holds some two seconds later, in every process. */
export function followClosings({ documents, take, log, everyMs = 2_000 }: FollowClosingsOptions, signal: AbortSignal): FollowedClosings {
  let onKnown = (): void => undefined;
  const known = new Promise<void>((resolve) => {
    onKnown = resolve;
  });
  return { known, done: follow({ documents, take, log, everyMs }, () => onKnown(), signal) };
}

async function follow(
  { documents, take, log, everyMs }: Required<FollowClosingsOptions>,
  onKnown: () => void,
  signal: AbortSignal,
): Promise<void> {
  let taken = '';
  let isFailing = false;
  while (!signal.aborted) {
    try {
      const closed = await createClosings(await documents(signal)).read(signal);
      const now = [...closed].join(' ');
      if (now !== taken) {
        take(closed);
        log.info({ feeds: [...closed] }, 'the feeds that are closed by hand');
      }
      taken = now;
      isFailing = false;
      onKnown();
    } catch (err) {
      if (!isFailing && !signal.aborted) log.info({ err }, 'which feeds are closed by hand cannot be read now, trying again');
      isFailing = true;
    }
    await pause(everyMs, signal).catch(() => undefined);
  }
}
