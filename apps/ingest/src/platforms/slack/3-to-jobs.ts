import { slackChannel, slackPrefix } from '@watchpost/slack/channel';
import { toChatFile, whyNoFile, isStub } from '@watchpost/slack/file';
import { imageEndings } from '@watchpost/shared/image-formats';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
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

/** A job has a few hundred bytes; no camera needs a longer name or URL. Characters. */
const maxFileName = 255;
const maxUrl = 2_048;

/** Whether a post is our own, by any of the three ids: a post may have only one of them. Pure. `ourAppId`: our app in the delivery's envelope. */
export function isOwnPost({ author }: SlackMessage, identity: SlackIdentity | null, ourAppId: string | null): boolean {
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
  camera: string | null,
  identity: SlackIdentity | null,
): { jobs: SnapshotJob[]; skipped: SkipReason[] } {
  const jobs: SnapshotJob[] = [];
  const skipped: SkipReason[] = Array.from({ length: message.malformedFiles }, () => 'malformed');
  for (const file of message.files) {
    const reason = whySkip(file, identity);
    if (reason) skipped.push(reason);
    else jobs.push(toJob(message, file, camera));
  }
  return { jobs, skipped };
}

function toJob({ channel, messageId, postedAtMs }: SlackMessage, slackFile: EventFile, camera: string | null): SnapshotJob {
  const file = toChatFile(slackFile);
  const short = (url: string | null): string | null => (url !== null && url.length <= maxUrl ? url : null);
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: `${slackPrefix}-${channel}-${messageId}-${file.id}`,
    channel: slackChannel(channel),
    messageId,
    takenAtMs: postedAtMs,
    camera,
    file: { ...file, name: file.name?.slice(0, maxFileName) ?? null, url: short(file.url), thumbnailUrl: short(file.thumbnailUrl) },
  };
}

function whySkip(file: EventFile, identity: SlackIdentity | null): SkipReason | null {
  // Somebody has shared one of our own annotated pictures.
  if (file.user && file.user === identity?.userId) return 'own';
  if (whyNoFile(file)) return 'not-downloadable';
  return isStub(file) || mayBeImage(file) ? null : 'not-an-image';
}

/** Cameras label files badly, so any hint of an image counts; without any hint the bytes decide later. */
function mayBeImage({ mimetype, filetype, name }: EventFile): boolean {
  const type = mimetype?.toLowerCase() ?? '';
  const suffix = filetype?.toLowerCase() ?? '';
  if (type.startsWith('image/') || imageTypes.includes(suffix) || imageName.test(name ?? '')) return true;
  const isOtherType = !unknownTypes.has(type) || !unknownTypes.has(suffix) || /\.\w+$/.test(name ?? '');
  return !isOtherType;
}
