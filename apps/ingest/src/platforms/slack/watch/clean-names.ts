import type { Judge } from '@watchpost/rules/judge';
import { appliesTo } from '@watchpost/rules/scope';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { SlackMessage } from '../2-parse.ts';

const never = new AbortController().signal;

/** The jobs of a message's pictures, each without names that no rule allows; see clean(). */
export async function withCleanNames<T extends { jobs: SnapshotJob[] }>(
  made: T,
  message: Pick<SlackMessage, 'author'>,
  judge: Judge | null,
): Promise<T> {
  return { ...made, jobs: await Promise.all(made.jobs.map(async (job) => clean(job, message, judge))) };
}

/**
 * A picture's job without names that say what a rule looks for: they come into logs, metrics, the database and the results channel. The
 * addresses of a file have its name, too; the platform is asked for them then.
 */
async function clean(job: SnapshotJob, { author }: Pick<SlackMessage, 'author'>, judge: Judge | null): Promise<SnapshotJob> {
  const about = {
    channel: job.channel,
    messageId: job.messageId,
    thread: null,
    author: { member: author.userId, bot: author.botId, app: author.appId },
    postedAtMs: job.takenAtMs,
    isDirect: false,
  };
  if (!judge?.rules.some((rule) => appliesTo(rule, about))) return job;
  const { camera, file } = job;
  const texts = [
    { where: 'camera', text: camera ?? '' },
    { where: 'file', text: file.name ?? '' },
  ];
  const found = new Set((await judge.judge(texts, (rule) => appliesTo(rule, about), never)).map(({ where }) => where));
  return {
    ...job,
    camera: found.has('camera') ? null : camera,
    file: found.has('file') ? { ...file, name: null, url: null, thumbnailUrl: null } : file,
  };
}
