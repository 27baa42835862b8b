import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const runSchema = z.object({
  /** Which run: the time that it is for, or when somebody asked for it. Milliseconds since 1970. */
  forMs: z.number(),
  /** `skipped`: it was too late. */
  state: z.enum(['running', 'done', 'failed', 'skipped']),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** What went wrong last, in our words. */
  error: z.string().nullable(),
  /** How many items it found, and how many of them were new. */
  found: z.number(),
  fresh: z.number(),
  /** The items that it tells of, by who tells; null: it has not stored what it found. A run that goes on after a kill tells of the same. */
  telling: z.record(z.string(), z.array(z.string())).nullable(),
  /** The server that it asked wants to be left alone until then, milliseconds since 1970; null: it said nothing. */
  waitUntilMs: z.number().nullable().default(null),
});
/** The last run of a job. */
export type Run = z.infer<typeof runSchema>;

/** The last run of each job that is due by the clock, and by hand. */
export interface Runs {
  /** Null: it never ran. */
  last(job: string, signal: AbortSignal): Promise<Run | null>;
  save(job: string, run: Run, signal: AbortSignal): Promise<void>;
}

const kind = 'schedule-run';
/** What left the file is forgotten after so long, milliseconds. */
const keepMs = 400 * 86_400_000;

/** Runs on a store of documents. */
export function createRuns(documents: DocumentStore): Runs {
  return {
    last: async (job, signal) => {
      const { document } = await documents.get(kind, job, signal);
      return runSchema.safeParse(document?.body).data ?? null;
    },
    save: async (job, run, signal) =>
      untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(kind, job, signal);
        const body = { v: 1, ...run };
        await documents.put(
          { kind, id: job, revision: document?.revision ?? 0, atMs: run.startedAtMs, keys: [], expiresAtMs: nowMs + keepMs, body },
          signal,
        );
      }, signal),
  };
}
