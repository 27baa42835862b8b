import { z } from 'zod';
import type { DocumentStore } from './document-store.ts';
import { untilNoConflict } from './until-no-conflict.ts';

const kind = 'doctor';
const [findings, asked] = ['findings', 'asked'];
/** What nobody has looked at for so long says nothing any more. Milliseconds. */
const keepMs = 2 * 86_400_000;

/** What one look at the installation found; the doctor of packages/doctor makes it. */
export const examinationSchema = z.object({
  v: z.literal(1),
  /** By the database's clock, milliseconds since 1970. */
  atMs: z.number(),
  /** The machine of the worker that looked. */
  host: z.string(),
  findings: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(['ok', 'note', 'warning', 'fault']),
      says: z.string(),
      /** What to do; null: nothing. */
      repair: z.string().nullable(),
    }),
  ),
});
export type Examination = z.infer<typeof examinationSchema>;

/** What a worker found when it examined the installation, for those who have no shell. Methods reject with `gallery-unavailable`. */
export interface Examinations {
  /** The last one; null: none was made in the last two days. `isAsked`: somebody has asked for another since. */
  last(signal: AbortSignal): Promise<{ examination: Examination | null; isAsked: boolean; nowMs: number }>;
  /** Has a worker look again. */
  ask(signal: AbortSignal): Promise<void>;
  keep(found: Pick<Examination, 'host' | 'findings'>, signal: AbortSignal): Promise<void>;
}

export function createExaminations(documents: Pick<DocumentStore, 'get' | 'put'>): Examinations {
  const write = async (id: string, bodyAt: (atMs: number) => unknown, signal: AbortSignal): Promise<void> => {
    await untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(kind, id, signal);
      const atMs = Math.floor(nowMs);
      const body = bodyAt(atMs);
      await documents.put({ kind, id, revision: document?.revision ?? 0, atMs, keys: [], expiresAtMs: atMs + keepMs, body }, signal);
    }, signal);
  };
  return {
    last: async (signal) => {
      const [made, wanted] = await Promise.all([documents.get(kind, findings, signal), documents.get(kind, asked, signal)]);
      const examination = examinationSchema.safeParse(made.document?.body).data ?? null;
      const askedAtMs = wanted.document?.atMs ?? 0;
      return { examination, isAsked: askedAtMs > (examination?.atMs ?? 0), nowMs: made.nowMs };
    },
    ask: (signal) => write(asked, () => ({}), signal),
    keep: (found, signal) => write(findings, (atMs) => ({ v: 1, atMs, ...found }), signal),
  };
}
