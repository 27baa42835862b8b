import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Rules } from '@watchpost/rules/rules';
import type { Violations } from '@watchpost/rules/violations';

/** What deeds about rules work with, on a store of documents. */
export function ruleParts(
  documents: DocumentStore,
  { canQuarantine = true }: { canQuarantine?: boolean } = {},
): { rules: Rules; violations: Violations; envelope: Envelope } {
  return {
    rules: createRules(documents, { canQuarantine }),
    violations: createViolations(documents, { keepMs: 90 * 86_400_000 }),
    envelope: createEnvelope(['xoxb-test-0123456789-0123456789'], 'jobs'),
  };
}
