import { randomUUID } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { violationIdSchema } from '@watchpost/shared/jobs/violation-job';
import { z } from 'zod';

const kind = 'quarantine-access';
/** As long as changes of rules. Milliseconds. */
const keepMs = 400 * 86_400_000;

const accessSchema = z.object({
  atMs: z.number().int(),
  /** `cli:ada`. */
  actor: z.string(),
  what: z.enum(['read', 'deleted']),
  violation: violationIdSchema,
});
export type QuarantineAccess = z.infer<typeof accessSchema>;

/** Who read or erased what was in quarantine by other ways than a button in the chat. */
export interface QuarantineAudit {
  record(access: Pick<QuarantineAccess, 'actor' | 'what' | 'violation'>, signal: AbortSignal): Promise<void>;
  /** Newest first. */
  list(limit: number, signal: AbortSignal): Promise<QuarantineAccess[]>;
}

/** The audit of the quarantine, on a store of documents. */
export function createQuarantineAudit(documents: DocumentStore): QuarantineAudit {
  return {
    record: async (access, signal) => {
      const id = randomUUID();
      const atMs = Math.floor((await documents.get(kind, id, signal)).nowMs);
      const body = { ...access, atMs };
      await documents.put({ kind, id, revision: 0, atMs, keys: [], expiresAtMs: atMs + keepMs, body }, signal);
    },
    list: async (limit, signal) =>
      (await documents.find({ kind, order: 'newest', limit }, signal)).flatMap(({ body }) => accessSchema.safeParse(body).data ?? []),
  };
}
