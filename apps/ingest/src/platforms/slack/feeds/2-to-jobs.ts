import { createHmac } from 'node:crypto';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Reaction } from '@watchpost/shared/chat/written';
import { entryJobs, type EntryJob } from '@watchpost/shared/jobs/entry-job';
import type { ProfileJob } from '@watchpost/shared/jobs/profile-job';
import { sealJson } from '@watchpost/shared/jobs/sealed';
import { slackPrefix } from '@watchpost/slack/channel';
import type { SlackFeedEvent } from '@watchpost/slack/written/read-feed-event';
import type { Seal } from '../watch/2-to-jobs.ts';
import type { MessageEvent } from './1-decide.ts';

/** The reactions of a message, as they were read from the history. */
export interface ReactionsThen {
  reactions: readonly Reaction[];
  /** When, microseconds since 1970. */
  atUs: number;
}

/** Of a list of reactions that travels in a job. */
const mostReactions = 1_000;
/** Members' profiles change back and forth: the same change is work again after so long, milliseconds. */
const profileMs = 600_000;

/**
 * The job of an event. The same event has a job of the same id, so a redelivery is no work; an edit that brings back what a message said
 * before is another event. `takenBy`: the feeds that the message is new to, by slug; absent: those that the worker knows to be open. What does not fit into a job is left out of it: then the message is read anew. Pure but for the nonce.
 */
export function toEntryJob(event: MessageEvent, then: ReactionsThen | null, seal: Seal, takenBy?: readonly string[]): EntryJob {
  if (event.kind === 'deleted') {
    const { channel, messageId, atUs } = event;
    return { v: 1, kind: 'entry', change: 'deleted', id: idOf(event, [], seal), channel, messageId, atUs };
  }
  if (event.kind === 'reaction') {
    const { channel, messageId, reaction, isSet, atUs } = event;
    const id = idOf(event, [reaction.emoji, reaction.member, isSet], seal);
    return { v: 1, kind: 'entry', change: 'reaction', id, channel, messageId, reaction, isSet, atUs };
  }
  const { written, isEdited, isBroadcast, atUs, reactions: _, ...ref } = event.message;
  const reactions = then ? then.reactions.slice(0, mostReactions) : null;
  const id = idOf({ ...event, ...event.message }, [written, isEdited, then], seal);
  const bare: Extract<EntryJob, { change: 'written' }> = {
    ...ref,
    v: 1,
    kind: 'entry',
    change: 'written',
    id,
    atUs,
    isEdited,
    isBroadcast,
    ...(takenBy && { takenBy: [...takenBy] }),
    reactions: null,
    reactionsAtUs: null,
    sealed: null,
  };
  const whole: EntryJob = { ...bare, reactions, reactionsAtUs: then?.atUs ?? null, sealed: sealJson(seal.envelope, written, id) };
  return Buffer.byteLength(JSON.stringify(whole)) <= entryJobs.mostBytes ? whole : bare;
}

/** The job that looks whether a message is still there, and what it says. `readUs`: when it was found missing or different, microseconds. */
export function toCheckJob(
  { channel, messageId, thread }: { channel: ChannelKey; messageId: string; thread: string | null },
  readUs: number,
  seal: Seal,
  takenBy?: readonly string[],
): EntryJob {
  const id = idOf({ kind: 'check', channel, messageId, atUs: readUs }, [], seal);
  return { v: 1, kind: 'entry', change: 'check', id, channel, messageId, thread, atUs: readUs, ...(takenBy && { takenBy: [...takenBy] }) };
}

/** The job of what feeds show of a member, a channel or the emoji. Whatever else changed of it is no work for some minutes. Pure. */
export function toProfileJob(
  { what, subject, digest }: Extract<SlackFeedEvent, { kind: 'profile' }>,
  nowMs: number,
  seal: Seal,
): ProfileJob {
  const hash = hashOf([what, subject, digest, Math.floor(nowMs / profileMs)], seal.idKey);
  return { v: 1, kind: 'profile', id: `${slackPrefix}-${what}-${hash}`, platform: slackPrefix, what, subject };
}

function idOf(
  { kind, channel, messageId, atUs }: { kind: string; channel: ChannelKey; messageId: string; atUs: number },
  more: readonly unknown[],
  seal: Seal,
): string {
  const hash = hashOf([kind, channel, messageId, atUs, ...more], seal.idKey);
  return `${slackPrefix}-${channelId(channel)}-${messageId}-${hash}`;
}

const hashOf = (values: readonly unknown[], key: Buffer): string =>
  createHmac('sha256', key).update(JSON.stringify(values)).digest('base64url').slice(0, 22);
