import type { Writable } from 'node:stream';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createConsents, type Consents } from './consent/consents.ts';
import { createExportPerson, type ExportPerson, type Exported } from './export/export-person.ts';
import { withZip } from './export/zip.ts';
import { createReceipts, type Receipts } from './receipts/receipts.ts';
import type { RetentionSettings } from './retention/data-class.ts';
import { createRetentionReport, type ReportRetention } from './retention/report.ts';

/** What commands and the console answer about people's data. */
export interface Privacy {
  consents: Consents;
  receipts: Receipts;
  reportRetention: ReportRetention;
  exportPerson: ExportPerson;
  /** The same as a zip, which goes to `to` as it is made; `to` is destroyed where that fails. */
  exportZip: (personId: string, to: Writable, signal: AbortSignal) => Promise<Exported>;
}

/** On an opened gallery, which must be started. */
export function openPrivacy(
  opened: Pick<OpenedGallery, 'gallery' | 'documents' | 'questions' | 'operations' | 'kept' | 'records'>,
  settings: RetentionSettings,
): Privacy {
  const { gallery, documents, questions, operations, kept, records } = opened;
  const consents = createConsents({ documents, questions, operations });
  const exportPerson = createExportPerson({ gallery, documents, questions, kept, records, consents });
  return {
    consents,
    receipts: createReceipts(documents, kept.audit, settings.auditMs),
    reportRetention: createRetentionReport(kept.holdings, settings),
    exportPerson,
    exportZip: (personId, to, signal) => withZip(to, (add) => exportPerson(personId, add, signal), signal),
  };
}
