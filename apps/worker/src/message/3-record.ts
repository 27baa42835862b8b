import type { MessageContent } from '@watchpost/shared/chat/message';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import type { Match } from '@watchpost/rules/judge';
import { live, strongestOf } from '@watchpost/rules/findings';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Quarantine, Violations } from '@watchpost/rules/violations';
import { addToViolation, findingOf, isRemoved, type AddDeps } from '../findings.ts';
import type { RuleCounts } from '../rule-counts.ts';
import { originalOf } from '../violation/2-keep.ts';

export interface RecordDeps extends AddDeps {
  violations: Pick<Violations, 'add' | 'get'>;
  quarantine: Pick<Quarantine, 'canKeep' | 'keepMessage'>;
  ruleCounts: Pick<RuleCounts, 'matches'>;
  now: () => number;
}

/** Of a very long message there are several jobs, and none of them has all of it: it is read once more before it is removed. */
const partId = /-[\w-]{22}-\d+$/;

/** Keeps the original where a rule wants that, records the findings, and queues what follows. In this order: removing comes last. */
export async function record(
  matches: readonly Match[],
  content: MessageContent,
  job: MessageJob,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<void> {
  const findings = matches.map((match) => findingOf(match, null, deps.now()));
  const isWhole = !partId.test(job.id);
  const keeps = isWhole && deps.quarantine.canKeep && strongestOf(live(findings)) === 'quarantine';
  if (keeps && !(await isRemoved(job, null, deps.violations, signal)))
    await deps.quarantine.keepMessage(violationIdOf(job.channel, job.messageId), originalOf(content), signal);
  await addToViolation(job, { findings, unread: [] }, deps, signal);
  deps.ruleCounts.matches(findings);
}
