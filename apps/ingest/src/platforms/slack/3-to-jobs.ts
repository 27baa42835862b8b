import { toChatFile, whyNoFile, isStub } from '@watchpost/slack/file';
import type { SnapshotJob } from '@watchpost/shared/jobs/jobs';
import type { EventFile, SlackMessage } from './2-parse.ts';

/** Who we are, by auth.test. */
export interface SlackIdentity {
  userId: string | null;
  botId: string | null;
  appId: string | null;
}

/** Why a file of a post becomes no job. */
export type SkipReason = 'not-an-image' | 'not-downloadable' | 'own' | 'malformed';

const imageTypes = ['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'avif', 'heic', 'heif', 'tif', 'tiff', 'jfif'];
const imageName = new RegExp(`\\.(?:${imageTypes.join('|')})$`, 'i');
/** What Slack and uploaders write when they do not know. */
const sayNothing = new Set(['', 'application/octet-stream', 'binary', 'auto', 'unknown']);

/** A job is a few hundred bytes; a name or a URL beyond these is not a camera's. Characters. */
const longestName = 255;
const longestUrl = 2_048;

/** Pure: ours by any of the three ids; a post may carry one of them only. `ourAppId`: as the delivery's envelope names us. */
export function isOwnPost({ author }: SlackMessage, identity: SlackIdentity | null, ourAppId: string | null): boolean {
  const same = (a: string | null, b: string | null | undefined): boolean => a !== null && a === b;
  return (
    same(author.userId, identity?.userId) ||
    same(author.botId, identity?.botId) ||
    same(author.appId, identity?.appId) ||
    same(author.appId, ourAppId)
  );
}

/** Pure: one job a picture of the message. The id names channel, message and file, so each delivery of the same event makes the same jobs. */
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
  const short = (url: string | null): string | null => (url !== null && url.length <= longestUrl ? url : null);
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: `slack-${channel}-${messageId}-${file.id}`,
    channel: `slack:${channel}`,
    messageId,
    takenAtMs: postedAtMs,
    camera,
    file: { ...file, name: file.name?.slice(0, longestName) ?? null, url: short(file.url), thumbnailUrl: short(file.thumbnailUrl) },
  };
}

function whySkip(file: EventFile, identity: SlackIdentity | null): SkipReason | null {
  // Somebody shared one of our own annotated pictures again.
  if (file.user && file.user === identity?.userId) return 'own';
  if (whyNoFile(file)) return 'not-downloadable';
  return isStub(file) || mayBeImage(file) ? null : 'not-an-image';
}

/** Anything that says image counts, for cameras label badly; where nothing says anything the bytes decide later. */
function mayBeImage({ mimetype, filetype, name }: EventFile): boolean {
  const type = mimetype?.toLowerCase() ?? '';
  const suffix = filetype?.toLowerCase() ?? '';
  if (type.startsWith('image/') || imageTypes.includes(suffix) || imageName.test(name ?? '')) return true;
  const saysSomethingElse = !sayNothing.has(type) || !sayNothing.has(suffix) || /\.\w+$/.test(name ?? '');
  return !saysSomethingElse;
}
