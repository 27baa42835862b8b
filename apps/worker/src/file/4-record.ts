import type { FileJob } from '@watchpost/shared/jobs/file-job';
import type { Match } from '@watchpost/rules/judge';
import { live, strongestOf } from '@watchpost/rules/findings';
import { violationIdOf } from '@watchpost/rules/store/violations';
import type { Unread } from '@watchpost/rules/violation';
import type { Quarantine, Violations } from '@watchpost/rules/violations';
import { addToViolation, findingOf, isRemoved, type AddDeps } from '../findings.ts';
import type { RuleCounts } from '../rule-counts.ts';
import type { Fetched } from './1-fetch.ts';

export interface RecordDeps extends AddDeps {
  violations: Pick<Violations, 'add' | 'get'>;
  quarantine: Pick<Quarantine, 'canKeep' | 'keepFile'>;
  ruleCounts: Pick<RuleCounts, 'matches'>;
  now: () => number;
}

/** Keeps the file where a rule wants that, records what was found and what could not be read, and queues what follows. */
export async function record(
  { matches, unread }: { matches: readonly Match[]; unread: readonly Unread[] },
  { file, bytes }: Fetched,
  job: FileJob,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<void> {
  const findings = matches.map((match) => findingOf(match, job.fileId, deps.now()));
  const keeps = deps.quarantine.canKeep && strongestOf(live(findings)) === 'quarantine';
  if (keeps && !(await isRemoved(job, job.fileId, deps.violations, signal))) {
    const kept = { fileId: job.fileId, name: file.name, bytes };
    await deps.quarantine.keepFile(violationIdOf(job.channel, job.messageId), kept, signal);
  }
  await addToViolation(job, { findings, unread }, deps, signal);
  deps.ruleCounts.matches(findings);
}
