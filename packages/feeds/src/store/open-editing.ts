import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Envelope } from '@watchpost/shared/envelope';
import { keyMissing } from '../editing/decide-entry.ts';
import type { Entries } from '../feed-store.ts';
import { createEntries } from './entries.ts';
import { createFeedLog } from './feed-log.ts';

const refused = (): never => {
  throw keyMissing();
};
const locked: Envelope = { seal: refused, open: refused };

/** Entries for editors. Without the key they can be read as far as readers see them; what needs it throws `config-invalid`. */
export const entriesForEditors = (documents: DocumentStore, envelope: Envelope | null): Entries =>
  createEntries({ documents, feedLog: createFeedLog(documents), envelope: envelope ?? locked });
