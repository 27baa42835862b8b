import { createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

/** Documents of this kind are what happened at the console's door, and each change that went through it. */
export const consoleLogKind = 'console-log';

export const consoleLogSchema = z.object({
  atMs: z.number(),
  what: z.enum(['signed-in', 'refused', 'signed-out', 'signed-out-everywhere', 'exported', 'change']),
  /** `console:admin`; null: nobody who is known. */
  actor: z.string().nullable(),
  /** The address that it came from. */
  where: z.string(),
  /** Of a change: what the route does, and its address. Of an export: what was given away. Never what was sent, nor whom it was about. */
  detail: z.string().nullable(),
});
export type ConsoleLogEntry = z.output<typeof consoleLogSchema>;

/** Who signed in, who tried in vain, who changed what, and who took what away. */
export const createConsoleLog = (documents: DocumentStore) => createAudit(documents, consoleLogKind, consoleLogSchema);
