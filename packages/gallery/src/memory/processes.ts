import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { releaseVersion } from '@watchpost/shared/observability/build-info';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import type { Head } from '../domain.ts';

const kind = 'process';
const bodySchema = z.object({
  v: z.literal(1),
  /** `worker`, `ingest`. */
  process: z.string(),
  host: z.string(),
  startedAtMs: z.number(),
  /** How far it knows the gallery; null: it has not read it yet. */
  epoch: z.string().nullable(),
  version: z.number(),
  /** Its release of watchpost, and the embedding model that it uses; null: an older release does not tell, or it uses none. */
  release: z.string().nullable().default(null),
  modelId: z.string().nullable().default(null),
});

/** A running process that holds the gallery in memory. */
export type RunningProcess = z.infer<typeof bodySchema> & { id: string; seenAtMs: number };

/** How often a process looks whether it knows more than it told, milliseconds. */
const lookMs = 1_000;
/** How often it tells at least, milliseconds. */
const tellMs = 10_000;
/** Who has told nothing for so long is gone, milliseconds. */
const goneMs = 60_000;
/** More processes than anybody runs. */
const most = 1_000;

export interface AnnounceDeps {
  process: string;
  /** Absent: it uses no model. */
  modelId?: string | null | undefined;
  documents: DocumentStore;
  isReady: () => boolean;
  head: () => Pick<Head, 'epoch' | 'version'>;
}

/** Tells all others, until `signal` aborts, that this process runs and how far it knows the gallery. Never rejects. */
export async function announce({ process, modelId = null, documents, isReady, head }: AnnounceDeps, signal: AbortSignal): Promise<void> {
  const id = randomUUID();
  const startedAtMs = Date.now();
  const about = { v: 1, process, host: hostname(), startedAtMs, release: releaseVersion(), modelId };
  let [told, toldAtMs] = [-1, 0];
  while (!signal.aborted) {
    const { epoch, version } = head();
    const isDue = performance.now() - toldAtMs >= tellMs || toldAtMs === 0;
    if (isDue || (isReady() && version !== told)) {
      try {
        const { document, nowMs } = await documents.get(kind, id, signal);
        const body = { ...about, epoch: isReady() ? epoch : null, version };
        const times = { atMs: nowMs, keys: [], expiresAtMs: nowMs + goneMs };
        await documents.put({ kind, id, revision: document?.revision ?? 0, ...times, body }, signal);
        [told, toldAtMs] = [version, performance.now()];
      } catch (error) {
        // The database may be away: who is not heard of counts as gone, and reads the gallery anew afterwards.
        if (isConflict(error)) continue;
      }
    }
    await pause(lookMs, signal).catch(() => undefined);
  }
}

/** The processes that have told of themselves within the last minute. Rejects with `gallery-unavailable`. */
export async function runningProcesses(
  documents: Pick<DocumentStore, 'find'>,
  nowMs: number,
  signal: AbortSignal,
): Promise<RunningProcess[]> {
  const found = await documents.find({ kind, fromMs: nowMs - goneMs, order: 'newest', limit: most }, signal);
  return found.flatMap(({ id, atMs, body }) => {
    const { data } = bodySchema.safeParse(body);
    return data ? [{ ...data, id, seenAtMs: atMs }] : [];
  });
}
