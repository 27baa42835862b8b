import { createHash } from 'node:crypto';
import type { Envelope } from '@watchpost/shared/envelope';
import type { AnswerTo } from '@watchpost/shared/chat/members';
import { isViolationTarget, type ActionTarget, type ButtonTarget } from '@watchpost/shared/chat/post';
import type { Deed, InteractionJob } from '@watchpost/shared/jobs/interaction-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { cleanText } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';
import { slackChannel, slackPrefix } from '@watchpost/slack/channel';
import { whyNoFile } from '@watchpost/slack/file';
import { mayBeImage, queuedFile } from '../3-to-jobs.ts';
import type { Clicker, Interaction, Press, SlackCommand } from './1-parse.ts';

type Who = Extract<Deed, { do: 'press' }>['who'];

/** Of a command's text. */
const longestCommand = { characters: 1_000, units: 2_000 };
const longestUrl = 2_048;
const mostFiles = 10;

/** Where whoever clicked gets an answer. Pure. */
export function answerTo({ member, channel, threadId, responseUrl }: Clicker): AnswerTo {
  return {
    member,
    channel: channel === null ? null : slackChannel(channel),
    thread: threadId,
    url: responseUrl !== null && responseUrl.length <= longestUrl && parseUrl(responseUrl) ? responseUrl : null,
  };
}

/** A button that needs no dialog. Pure. */
export function pressJob({ by, sameness, atMs }: Press, target: ButtonTarget): InteractionJob {
  if (isViolationTarget(target)) return job('press', sameness, atMs, answerTo(by), { do: 'moderate', target });
  return job('press', sameness, atMs, answerTo(by), { do: 'press', target, who: null });
}

/** A dialog's answer. A view is submitted once. Pure. */
export function submissionJob(
  { viewId, member }: Extract<Interaction, { kind: 'submission' }>,
  { to, target, who }: { to: AnswerTo; target: ActionTarget; who: NonNullable<Who> },
  nowMs: number,
): InteractionJob {
  // Whoever submitted it: what the view itself says of its member is only what we once wrote there.
  return job('said', viewId, nowMs, { ...to, member }, { do: 'press', target, who });
}

/** A command about faces. Pure. */
export function commandJob({ by, text, triggerId }: Extract<SlackCommand, { kind: 'command' }>, nowMs: number): InteractionJob {
  const typed = cleanText(text, longestCommand);
  return job('command', `${by.member} ${triggerId || `${String(nowMs)} ${text}`}`, nowMs, answerTo(by), { do: 'command', text: typed });
}

/** A command about rules, sealed as it was typed: a sample may stand in it, and in a pattern each space counts. */
export function rulesJob(
  { by, text, triggerId }: Extract<SlackCommand, { kind: 'command' }>,
  envelope: Envelope,
  nowMs: number,
): InteractionJob {
  const id = idOf('rules', `${by.member} ${triggerId || String(nowMs)}`);
  return {
    v: 1,
    kind: 'interaction',
    id,
    platform: slackPrefix,
    atMs: nowMs,
    by: answerTo(by),
    deed: { do: 'rules', sealed: sealJson(envelope, text, id) },
  };
}

/** The shortcut on a message; null: it has no picture. Pure. */
export function recogniseJob(asked: Extract<Interaction, { kind: 'recognise' }>): InteractionJob | null {
  // Without their addresses, so that ten fit into a job: Slack is asked for them.
  const files = asked.files
    .filter((file) => !whyNoFile(file) && mayBeImage(file))
    .slice(0, mostFiles)
    .map((file) => ({ ...queuedFile(file), url: null, thumbnailUrl: null }));
  if (files.length === 0) return null;
  const { channel, messageId, by, atMs } = asked;
  return job('recognise', `${channel} ${messageId} ${by.member} ${String(Math.floor(atMs / 10_000))}`, atMs, answerTo(by), {
    do: 'recognise',
    files,
  });
}

/** Somebody opened the app's page. Pure. */
export function homeJob({ member, eventId }: { member: string; eventId: string }, nowMs: number): InteractionJob {
  const by = { member, channel: null, thread: null, url: null };
  return job('home', `${member} ${eventId}`, nowMs, by, { do: 'home' });
}

function job(what: string, sameness: string, atMs: number, by: AnswerTo, deed: Deed): InteractionJob {
  return { v: 1, kind: 'interaction', id: idOf(what, sameness), platform: slackPrefix, atMs, by, deed };
}

/** `sameness`: equal for what must not be done twice. */
function idOf(what: string, sameness: string): string {
  return `${slackPrefix}-${what}-${createHash('sha256').update(sameness).digest('hex').slice(0, 40)}`;
}
