import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Rules } from '@watchpost/rules/rules';
import type { Violations } from '@watchpost/rules/violations';
import type { PostNotice } from '../../notice/notice.ts';

/** What deeds about rules and violations are done with. */
export interface RuleDeedDeps {
  rules: Rules;
  violations: Pick<Violations, 'get' | 'update' | 'find'>;
  /** Opens what was typed after `/rules`. */
  envelope: Envelope;
  postNotice: PostNotice;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  log: Logger;
}
