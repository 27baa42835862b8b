import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createConverting } from '@watchpost/worker/converting';

const usualConverting = {
  CONVERT_MAX_BYTES: 50_000_000,
  CONVERT_TIMEOUT_MS: 60_000,
  CONVERT_KEEP_HOURS: 1,
  PATH: '/usr/bin',
};

/** For tests that convert nothing: no host is allowed. */
export const noConverting = (documents: DocumentStore) =>
  createConverting(usualConverting, { documents, messageKeys: ['a key that only tests have'], log: createLogger('test', 'silent') });
