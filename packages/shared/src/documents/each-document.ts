import type { DocumentQuery, DocumentStore, StoredDocument } from './document-store.ts';

/** All documents that a query finds, the newest first, each once. They are read in pages of `pageSize`; so many never have one time. */
export async function* eachDocument(
  documents: Pick<DocumentStore, 'find'>,
  query: Omit<DocumentQuery, 'order' | 'limit'>,
  pageSize: number,
  signal: AbortSignal,
): AsyncGenerator<StoredDocument> {
  const seen = new Set<string>();
  for (let { beforeMs } = query; ;) {
    const range = { ...query, ...(beforeMs !== undefined && { beforeMs }) };
    const page = await documents.find({ ...range, order: 'newest', limit: pageSize }, signal);
    const fresh = page.filter(({ id }) => !seen.has(id));
    for (const document of fresh) {
      seen.add(document.id);
      yield document;
    }
    const lastMs = page.at(-1)?.atMs;
    if (lastMs === undefined || page.length < pageSize) return;
    // Those of the last moment are read once more: some of them may be on the next page.
    beforeMs = fresh.length === 0 ? lastMs : lastMs + 1;
  }
}
