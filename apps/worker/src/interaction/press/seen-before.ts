import type { ActionTarget } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { moment, say } from '@watchpost/shared/chat/say';
import { visitorOf } from '@watchpost/visits/compose';
import type { Visit } from '@watchpost/visits/visit';
import type { Asker, DeedDeps } from '../deps.ts';
import { placeOf } from '../texts.ts';
import { visitsWith } from '../visits-with.ts';
import { viewVisit } from '@watchpost/visits/view-visits';
import { sentences } from './sentences.ts';

/** How far back is looked, and how many visits are told with their time and place. */
const keptMs = 30 * 24 * 3_600_000;
const mostTold = 8;

/** Where and when a visitor was seen besides this visit; an unknown too. */
export async function seenBefore(
  visit: Visit,
  target: ActionTarget,
  { platform }: Asker,
  deps: DeedDeps,
  signal: AbortSignal,
): Promise<RichText> {
  const { view, faces } = await viewVisit(visit, deps.questions, signal);
  const visitor = visitorOf(view, visit, target.number ?? 0);
  if (!visitor) return faces.size === 0 ? sentences.tooOld() : sentences.notShown(target.number);
  const whom = visitor.person ?? visitor.could;
  if (!whom) return sentences.notSure(visitor);
  const who = visitor.person ? say`${visitor.number} (${whom.name})` : say`${whom.name}, who ${visitor.number} could be,`;
  const range = { sinceMs: Date.now() - keptMs, most: mostTold, except: visit.id };
  const { found, isMore } = await visitsWith([whom.id], range, deps, signal);
  if (found.length === 0) return say`${who} was not seen in any other visit of the last 30 days.`;
  const lines = await Promise.all(found.map(({ visit: other }) => lineOf(other, platform, signal)));
  return say`${who} was also seen here:${lines.flatMap((line) => say`\n${line}`)}${isMore ? say`\nand more often before.` : []}`;
}

/** When and where, with a link to the post. */
export async function lineOf(visit: Visit, platform: Asker['platform'], signal: AbortSignal): Promise<RichText> {
  const lastMs = visit.snapshots.reduce((last, { takenAtMs }) => Math.max(last, takenAtMs), 0);
  const link = await linkTo(visit, platform, signal);
  return say`• ${placeOf(visit)}, ${moment(lastMs)}${link === null ? [] : say` · ${{ text: 'post', link }}`}`;
}

/** A link to a visit's post; null: it is not posted, or was deleted. */
export async function linkTo({ post }: Visit, { chat }: Asker['platform'], signal: AbortSignal): Promise<string | null> {
  const messageId = post?.progress?.state === 'posted' ? post.progress.messageId : null;
  return post && messageId !== null ? chat.permalink(post.channel, messageId, signal) : null;
}
