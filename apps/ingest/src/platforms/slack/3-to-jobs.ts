import { slackChannel, slackPrefix } from '@watchpost/slack/channel';
import { toChatFile, whyNoFile, isStub } from '@watchpost/slack/file';
import type { ChatFile } from '@watchpost/shared/chat/chat';
import { imageEndings } from '@watchpost/shared/image-formats';
import { fileName, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { cleanText } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { EventFile, SlackMessage } from './2-parse.ts';

/** Who we are, according to `auth.test`. */
export interface SlackIdentity {
  userId: string | null;
  botId: string | null;
  appId: string | null;
}

/** Why a file does not become a job. */
export type SkipReason = 'not-an-image' | 'not-downloadable' | 'own' | 'malformed';

const imageTypes: readonly string[] = Object.values(imageEndings).flat();
const imageName = new RegExp(`\\.(?:${imageTypes.join('|')})$`, 'i');
/** Types that Slack and clients use when they do not know the type. */
const unknownTypes = new Set(['', 'application/octet-stream', 'binary', 'auto', 'unknown']);

/** Real ones are much shorter. Characters. */
const maxUrl = 2_048;

/** Of a MIME type. */
const longestType = { characters: 100, units: 200 };

/**
 * Whether a post in the results channel is our own, by any of the three ids: a post may have only one of them. In other channels nothing
 * is: we post to the results channel only, and a camera may post through our own Slack app. Pure. `ourAppId`: our app in the
 * delivery's envelope.
 */
export function isOwnPost(
  { author, channel }: SlackMessage,
  writeChannel: string,
  identity: SlackIdentity | null,
  ourAppId: string | null,
): boolean {
  return channel === writeChannel && isOurs(author, identity, ourAppId);
}

/** Whether somebody is us, by any of the three ids. Pure. */
export function isOurs(author: SlackMessage['author'], identity: SlackIdentity | null, ourAppId: string | null): boolean {
  const same = (a: string | null, b: string | null | undefined): boolean => a !== null && a === b;
  return (
    same(author.userId, identity?.userId) ||
    same(author.botId, identity?.botId) ||
    same(author.appId, identity?.appId) ||
    same(author.appId, ourAppId)
  );
}

/** One job for each picture of the message. Pure. The id has channel, message and file, so every delivery of an event makes the same jobs. */
export function toJobs(
  message: SlackMessage,
  cameraOf: (fileName: string | null) => string | null,
  identity: SlackIdentity | null,
  ourAppId: string | null,
): { jobs: SnapshotJob[]; skipped: SkipReason[] } {
  const jobs: SnapshotJob[] = [];
  const skipped: SkipReason[] = Array.from({ length: message.malformedFiles }, () => 'malformed');
  const byUs = isOurs(message.author, identity, ourAppId);
  for (const file of message.files) {
    const reason = whySkip(file, byUs ? null : identity);
    if (reason) skipped.push(reason);
    else jobs.push(toJob(message, file, cameraOf));
  }
  return { jobs, skipped };
}

function toJob(
  { channel, messageId, postedAtMs }: SlackMessage,
  slackFile: EventFile,
  cameraOf: (fileName: string | null) => string | null,
): SnapshotJob {
  const file = queuedFile(slackFile);
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: `${slackPrefix}-${channel}-${messageId}-${file.id}`,
    channel: slackChannel(channel),
    messageId,
    takenAtMs: postedAtMs,
    camera: cameraOf(file.name),
    file,
  };
}

/** Slack's file as it is queued: whatever its fields hold, the queue can store it. */
export function queuedFile(slackFile: EventFile): ChatFile {
  const file = toChatFile(slackFile);
  return {
    ...file,
    name: file.name === null ? null : fileName(file.name),
    mimeType: file.mimeType === null ? null : cleanText(file.mimeType, longestType),
    url: address(file.url),
    thumbnailUrl: address(file.thumbnailUrl),
  };
}

/** An address in plain ASCII; null if it is none, or too long: then Slack is asked for it. */
function address(url: string | null): string | null {
  const href = url !== null && url.length <= maxUrl ? parseUrl(url)?.href : undefined;
  return href !== undefined && href.length <= maxUrl ? href : null;
}

/** `identity`: null if the message is of our own app, as a camera's may be. */
function whySkip(file: EventFile, identity: SlackIdentity | null): SkipReason | null {
  // Somebody else has shared one of our own annotated pictures.
  if (file.user && file.user === identity?.userId) return 'own';
  if (whyNoFile(file)) return 'not-downloadable';
  return isStub(file) || mayBeImage(file) ? null : 'not-an-image';
}

/** Cameras label files badly, so any hint of an image counts; without any hint the bytes decide later. */
export function mayBeImage({ mimetype, filetype, name }: EventFile): boolean {
  const type = mimetype?.toLowerCase() ?? '';
  const suffix = filetype?.toLowerCase() ?? '';
  if (type.startsWith('image/') || imageTypes.includes(suffix) || imageName.test(name ?? '')) return true;
  const isOtherType = !unknownTypes.has(type) || !unknownTypes.has(suffix) || /\.\w+$/.test(name ?? '');
  return !isOtherType;
}
