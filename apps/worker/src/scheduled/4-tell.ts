import { createHash } from 'node:crypto';
import { channelKeySchema } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { plain, sectionsOf } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import { wallTime } from '@watchpost/schedule/pick/wall-time';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import type { NoticeChart } from '../notice/notice.ts';
import type { Scheduling } from './scheduling-parts.ts';
import { messagesOf, type Message, type Told } from './messages.ts';

type TellParts = Pick<Scheduling, 'postNotice' | 'queueMail' | 'platformFor' | 'now'>;

/** Whether the clocks of the job's time zone are in its hours. */
export function isInHours(between: { from: number; to: number } | undefined, { times }: ScheduledTask, nowMs: number): boolean {
  if (!between) return true;
  const { hour, minute } = wallTime(nowMs, times.timeZone);
  const at = hour * 60 + minute;
  return between.from < between.to ? at >= between.from && at < between.to : at >= between.from || at < between.to;
}

/** An id of ours for what is said once: the same for each attempt. */
const idOf = (task: ScheduledTask, ...parts: readonly string[]): string =>
  `scheduled-${task.name}-${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24)}`;

/** Sees to it that this is posted, once in each of its channels. */
export async function post(task: ScheduledTask, content: Told, parts: TellParts, signal: AbortSignal): Promise<void> {
  const { post: settings } = task;
  if (!settings) return;
  const { chart } = settings;
  const drawn: NoticeChart | null = chart
    ? { ...chart, by: chart.by ?? null, title: chart.title ?? `${chart.of}: ${chart.value}`, timeZone: task.times.timeZone }
    : null;
  for (const to of settings.to) {
    const channel = channelKeySchema.parse(to);
    parts.platformFor(channel);
    for (const message of messagesOf(settings, content, task.times.timeZone)) {
      if (message.lines.length === 0 && !drawn) continue;
      const id = idOf(task, channel, message.key);
      const body = { id, to: { channel }, post: toPost(message, drawn), sheet: [] };
      await parts.postNotice(drawn ? { ...body, chart: drawn } : body, signal);
    }
  }
}

const mostInSummary = 200;

function toPost({ lines }: Message, chart: NoticeChart | null): Post {
  const all = lines.length === 0 && chart ? [[{ text: chart.title }]] : lines;
  const summary = plain(all[0] ?? []).split('\n')[0] ?? '';
  const picture = chart && { title: chart.title, altText: `Chart of ${chart.title}` };
  return { summary: summary.slice(0, mostInSummary), picture, sections: sectionsOf(all), footer: [] };
}

const mostInMail = 38_000;

/** Queues the mails about this, each once. */
export async function sendMails(task: ScheduledTask, content: Told, { queueMail }: TellParts, signal: AbortSignal): Promise<void> {
  const { mail } = task;
  if (!mail) return;
  if (!queueMail) throw new AppError('schedule-invalid', 'the job sends mails, and SMTP_URL is not set');
  for (const { key, lines, subject } of messagesOf(mail, content, task.times.timeZone)) {
    if (lines.length === 0) continue;
    const text = lines.map((line: RichText) => plain(line)).join('\n');
    await queueMail(idOf(task, 'mail', key), { to: mail.to, subject, text: text.slice(0, mostInMail) }, signal);
  }
}
