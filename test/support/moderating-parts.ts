import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import type { Extractor } from '@watchpost/extract/extract';
import { createJudge } from '@watchpost/rules/create-judge';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import type { Moderating } from '@watchpost/worker/moderating';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { createRates } from '@watchpost/worker/rates';
import { createRuleCounts } from '@watchpost/worker/rule-counts';
import { ruleParts } from './rule-parts.ts';

/** A key for the quarantine of tests. */
export const quarantineKey = 'a key of a test that has 32 characters and more';

const dayMs = 86_400_000;

/** Reads a file as text, whatever it is. */
const plainExtractor: Extractor = {
  extract: async (bytes) => ({ format: 'text', texts: [{ where: '', text: Buffer.from(bytes).toString() }], unread: [] }),
  close: async () => undefined,
};

export interface PartsOptions {
  sender: Pick<JobSender, 'send'>;
  /** Of the quarantine; null: there is none. */
  keys?: readonly string[] | null;
  metrics?: Metrics;
  now?: () => number;
}

/** What jobs about rules work with, on a store of documents. Rules are read anew for each job. */
export function moderatingParts(
  documents: DocumentStore,
  { sender, keys = [quarantineKey], metrics = createMetrics({ processMetrics: false }), now = Date.now }: PartsOptions,
): ReturnType<typeof ruleParts> & Omit<Moderating, 'ruleTasks'> & { extractor: Extractor } {
  const parts = ruleParts(documents, { canQuarantine: true });
  return {
    ...parts,
    followedRules: {
      current: () => null,
      ready: async (signal) => createJudge(await parts.rules.list(signal)),
      done: Promise.resolve(),
    },
    quarantine: createQuarantine(documents, { keys: keys ?? undefined, keepMs: 90 * dayMs }),
    rates: createRates(documents),
    postNotice: createPostNotice({ documents, sender, now, sendTimeoutMs: 1_000 }),
    ruleCounts: createRuleCounts(metrics),
    extractor: plainExtractor,
  };
}
