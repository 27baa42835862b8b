import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { Changed, Entries, EntryEvent } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { markOf } from '@watchpost/feeds/mark-of';
import { asRead } from '@watchpost/feeds/merge/as-read';
import { hashOf } from '@watchpost/feeds/merge/hash';
import { takesReply } from '@watchpost/feeds/takes-reply';
import type { Happened } from './1-open.ts';
import type { Withheld } from './2-judge.ts';
import { approving } from './3-marks.ts';
import type { Who } from './who.ts';

export interface ApplyDeps {
  entries: Pick<Entries, 'apply' | 'get'>;
  who: Pick<Who, 'isMemberOf'>;
  now: () => number;
}

/** Brings what happened into one feed. Null: it is nothing to this feed. */
export async function apply(
  happened: Happened,
  feed: Feed,
  judge: (feed: Feed, signal: AbortSignal) => Promise<Withheld>,
  deps: ApplyDeps,
  signal: AbortSignal,
): Promise<Changed | null> {
  if (happened.kind === 'deleted') return deps.entries.apply(feed, happened, signal);
  if (happened.kind === 'reaction') return applyReaction(happened, feed, deps, signal);
  if (feed.source === 'visits') return compareMarks(happened, feed, deps, signal);
  const { message, reactionsAtUs, readAtUs, takenBy } = happened;
  // Direct messages are nobody's business.
  if (message.isDirect || !takesReply(feed, message) || message.postedAtMs <= deps.now() - feed.keepMs) return null;
  // What was posted before a feed began is none of its entries, whatever other feeds the channel has.
  const isWanted = takenBy === null ? feed.isOpen : takenBy.includes(feed.slug);
  if (!isWanted && !(await isThere(feed, message.messageId, deps, signal))) return null;
  const withheld = await judge(feed, signal);
  const { channel, reactions } = message;
  const marks = reactions === null ? null : await approving(feed, reactions, { channel, who: deps.who }, signal);
  const version = readAtUs === null ? message : await dated(feed, message, readAtUs, deps, signal);
  return deps.entries.apply(feed, { kind: 'written', message: version, withheld, marks, marksAtUs: reactionsAtUs }, signal);
}

/** With the time of its version in this feed. */
async function dated({ slug }: Feed, message: WrittenMessage, readAtUs: number, { entries }: ApplyDeps, signal: AbortSignal) {
  const known = await entries.get(slug, message.messageId, signal);
  return asRead(message, hashOf(message.written), known ? [known] : [], readAtUs);
}

/** Whether the message itself has come, not only something about it. */
async function isThere({ slug }: Feed, messageId: string, { entries }: ApplyDeps, signal: AbortSignal): Promise<boolean> {
  const entry = await entries.get(slug, messageId, signal);
  return entry !== null && entry.author !== null;
}

async function applyReaction(
  { channel, messageId, reaction, isSet, atUs }: Extract<Happened, { kind: 'reaction' }>,
  feed: Feed,
  { entries, who }: ApplyDeps,
  signal: AbortSignal,
): Promise<Changed | null> {
  // Whoever may not approve any more can still take back what was approved.
  const [mark] = isSet ? await approving(feed, [reaction], { channel, who }, signal) : [markOf(feed, reaction)];
  return mark ? entries.apply(feed, { kind: 'mark', channel, messageId, mark, isSet, atUs }, signal) : null;
}

/** What a post in the results channel says is a visit's, and comes another way. The reactions that it has now count all the same. */
async function compareMarks(
  { message: { channel, messageId, reactions }, reactionsAtUs }: Extract<Happened, { kind: 'written' }>,
  feed: Feed,
  { entries, who }: ApplyDeps,
  signal: AbortSignal,
): Promise<Changed | null> {
  const entry = reactions === null || reactionsAtUs === null ? null : await entries.get(feed.slug, messageId, signal);
  if (!entry || entry.author === null || reactions === null || reactionsAtUs === null) return null;
  const now = await approving(feed, reactions, { channel, who }, signal);
  const before = entry.marks.filter(({ isSet }) => isSet);
  const isIn = (marks: readonly { emoji: string; member: string }[], { emoji, member }: { emoji: string; member: string }): boolean =>
    marks.some((mark) => mark.emoji === emoji && mark.member === member);
  const events = [
    ...now.filter((mark) => !isIn(before, mark)).map((mark) => ({ mark, isSet: true })),
    ...before.filter((mark) => !isIn(now, mark)).map(({ emoji, member }) => ({ mark: { emoji, member }, isSet: false })),
  ].map(({ mark, isSet }): EntryEvent => ({ kind: 'mark', channel, messageId, mark, isSet, atUs: reactionsAtUs }));
  let changed: Changed | null = null;
  for (const event of events) changed = await entries.apply(feed, event, signal);
  return changed;
}
