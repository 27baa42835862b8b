import type { ActionTarget } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { Visit } from '@watchpost/visits/visit';
import type { Asker, DeedDeps } from '../deps.ts';
import { countOf, moment, placeOf, say } from '../texts.ts';
import { viewOf } from './find-situation.ts';
import { sentences } from './sentences.ts';
import { visitorOf } from './situation.ts';

/** How far back is looked, and how many visits are told with their time and place. */
const sinceMs = 30 * 24 * 3_600_000;
const mostTold = 8;

/** Where and when a visitor was seen besides this visit; an unknown too. */
export async function seenBefore(
  visit: Visit,
  target: ActionTarget,
  { platform }: Asker,
  deps: DeedDeps,
  signal: AbortSignal,
): Promise<RichText> {
  const { view, seen } = await viewOf(visit, deps, signal);
  const visitor = visitorOf(target, visit, view);
  if (!visitor) return seen.size === 0 ? sentences.tooOld() : sentences.notShown(target.number);
  const whom = visitor.person ?? visitor.could;
  if (!whom) return sentences.notSure(visitor);
  const who = visitor.person ? say`${visitor.number} (${whom.name})` : say`${whom.name}, who ${visitor.number} could be,`;
  const visits = await deps.visits.withPersons([whom.id], Date.now() - sinceMs, signal);
  const others = visits.filter(({ id }) => id !== visit.id);
  if (others.length === 0) return say`${who} was not seen anywhere else in the last 30 days.`;
  const lines = await Promise.all(others.slice(0, mostTold).map((other) => lineOf(other, platform, signal)));
  const more = others.length > mostTold ? say`\nand ${(others.length - mostTold).toLocaleString('en-GB')} more` : [];
  return say`${who} was seen in ${countOf(others.length, 'other visit')} in the last 30 days:${lines.flat()}${more}`;
}

async function lineOf(visit: Visit, platform: Asker['platform'], signal: AbortSignal): Promise<RichText> {
  const { snapshots, post } = visit;
  const when = moment(Math.max(...snapshots.map(({ takenAtMs }) => takenAtMs)));
  const messageId = post?.progress?.state === 'posted' ? post.progress.messageId : null;
  const link = post && messageId !== null ? await platform.chat.permalink(post.channel, messageId, signal) : null;
  return say`\n• ${placeOf(visit)}, ${when}${link === null ? [] : say` · ${{ text: 'post', link }}`}`;
}
