import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { visitSchema, type VisitBody } from '@watchpost/visits/visit';

/** All visits in a store. */
export async function readVisits(documents: DocumentStore, signal: AbortSignal): Promise<VisitBody[]> {
  const found = await documents.find({ kind: 'visit', order: 'oldest', limit: 10_000 }, signal);
  return found.map(({ body }) => visitSchema.parse(body));
}
