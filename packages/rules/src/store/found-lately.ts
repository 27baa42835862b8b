import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { z } from 'zod';
import { violationKind } from './violation-document.ts';

const pageSize = 500;

/** What of a violation tells how often rules matched: thousands are read so in the time that all of them takes for some hundreds. */
const foundSchema = z.object({
  findings: z.array(z.object({ ruleId: z.string(), dryRun: z.boolean(), atMs: z.number() })),
  removal: z.object({ state: z.string(), atMs: z.number().nullable() }),
});

/** A violation as counts need it. */
export interface Found extends z.infer<typeof foundSchema> {
  /** When something was found in the message last, milliseconds since 1970. */
  atMs: number;
}

/** Those in which something was found since `fromMs`, the newest first, `limit` at most. Rejects with `gallery-unavailable`. */
export async function foundLately(
  documents: Pick<DocumentStore, 'find'>,
  { fromMs, limit }: { fromMs: number; limit: number },
  signal: AbortSignal,
): Promise<Found[]> {
  const found: Found[] = [];
  for await (const { atMs, body } of eachDocument(documents, { kind: violationKind, fromMs }, pageSize, signal)) {
    const data = foundSchema.safeParse(body).data;
    if (data) found.push({ ...data, atMs });
    if (found.length === limit) break;
  }
  return found;
}
