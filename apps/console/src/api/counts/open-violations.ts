import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

/** Of the newest so many violations. */
const looked = 200;

/** What of a violation tells whether somebody has to decide; the rest is the business of the page Violations. */
const waitingSchema = z.object({ appeal: z.object({ state: z.string() }), removal: z.object({ state: z.string() }) });

/** Violations that wait for a decision: somebody objects, or the message could not be removed. */
export async function openViolations(documents: DocumentStore, signal: AbortSignal): Promise<number> {
  const newest = await documents.find({ kind: 'violation', order: 'newest', limit: looked }, signal);
  return newest.filter(({ body }) => {
    const violation = waitingSchema.safeParse(body).data;
    return violation !== undefined && (violation.appeal.state === 'asked' || violation.removal.state === 'failed');
  }).length;
}
