import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

/** How often something happened in the last minutes, counted by all workers together. */
export interface Rates {
  /** Counts one more and resolves to true, unless there were `most` of these in the last `minutes` by the database's clock. */
  take(name: string, limit: { most: number; minutes: number }, signal: AbortSignal): Promise<boolean>;
}

const kind = 'rate';
const minuteMs = 60_000;
/** How many in which minute since 1970. */
const bodySchema = z.object({ counts: z.record(z.string(), z.number()) });

export function createRates(documents: DocumentStore): Rates {
  return {
    take: async (name, { most, minutes }, signal) =>
      untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(kind, name, signal);
        const minute = Math.floor(nowMs / minuteMs);
        const known = Object.entries(bodySchema.safeParse(document?.body).data?.counts ?? {});
        const counts = Object.fromEntries(known.filter(([at]) => Number(at) > minute - minutes));
        if (Object.values(counts).reduce((sum, count) => sum + count, 0) >= most) return false;
        const body = { counts: { ...counts, [minute]: (counts[minute] ?? 0) + 1 } };
        const expiresAtMs = nowMs + (minutes + 1) * minuteMs;
        await documents.put({ kind, id: name, revision: document?.revision ?? 0, atMs: nowMs, keys: [], expiresAtMs, body }, signal);
        return true;
      }, signal),
  };
}
