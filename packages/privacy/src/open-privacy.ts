import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createConsents, type Consents } from './consent/consents.ts';
import { createExportPerson, type ExportPerson } from './export/export-person.ts';
import { createReceipts, type Receipts } from './receipts/receipts.ts';
import type { RetentionSettings } from './retention/data-class.ts';
import { createRetentionReport, type ReportRetention } from './retention/report.ts';

/** What commands and the console answer about people's data. */
export interface Privacy {
  consents: Consents;
  receipts: Receipts;
  reportRetention: ReportRetention;
  exportPerson: ExportPerson;
}

/** On an opened gallery, which must be started. */
export function openPrivacy(
  { gallery, documents, questions, operations, kept }: Pick<OpenedGallery, 'gallery' | 'documents' | 'questions' | 'operations' | 'kept'>,
  settings: RetentionSettings,
): Privacy {
  const consents = createConsents({ documents, questions, operations });
  return {
    consents,
    receipts: createReceipts(documents, kept.audit),
    reportRetention: createRetentionReport(kept.holdings, settings),
    exportPerson: createExportPerson({ gallery, documents, questions, kept, consents }),
  };
}
