import { channelId, platformOf } from '@watchpost/shared/chat/chat';
import type { MessageContent } from '@watchpost/shared/chat/message';
import type { Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { MessageJob } from '@watchpost/shared/jobs/message-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import type { Judge } from '@watchpost/rules/judge';
import { appliesTo } from '@watchpost/rules/scope';
import { refOf } from '../findings.ts';

export interface FilesDeps {
  envelope: Envelope;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
}

/** Queues a job for each file of the message, if a rule looks into files here. A file that was looked at is not looked at again. */
export async function queueFiles({ files }: MessageContent, job: MessageJob, rules: Judge, deps: FilesDeps): Promise<void> {
  if (files.length === 0 || !rules.rules.some((rule) => rule.scan !== 'text' && appliesTo(rule, job))) return;
  for (const [index, file] of files.entries()) {
    const id = [platformOf(job.channel), channelId(job.channel), job.messageId, file.id].join('-');
    const sealed = sealJson(deps.envelope, file, id);
    await deps.sender.send(
      { ...refOf(job), v: 1, kind: 'file', id, fileId: file.id, number: index + 1, sealed },
      { timeoutMs: deps.sendTimeoutMs },
    );
  }
}
