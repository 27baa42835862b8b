import type { FileJob } from '@watchpost/shared/jobs/file-job';
import type { Judge, Match } from '@watchpost/rules/judge';
import { appliesTo } from '@watchpost/rules/scope';
import type { ReadFile } from './2-extract.ts';

/** All matches in what a file says. */
export async function judge({ texts }: ReadFile, job: FileJob, rules: Judge, signal: AbortSignal): Promise<Match[]> {
  return rules.judge(texts, (rule) => rule.scan !== 'text' && appliesTo(rule, job), signal);
}
