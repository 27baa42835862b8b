import type { MessageContent } from '@watchpost/shared/chat/message';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import type { Judge, Match } from '@watchpost/rules/judge';
import { appliesTo } from '@watchpost/rules/scope';

/** All matches in what a message says; of an edit also in what it said before, as nobody may have seen that. */
export async function judge({ texts, before }: MessageContent, job: MessageJob, rules: Judge, signal: AbortSignal): Promise<Match[]> {
  const all = before === null ? texts : [...texts, ...before];
  return rules.judge(all, (rule) => rule.scan !== 'files' && appliesTo(rule, job), signal);
}
