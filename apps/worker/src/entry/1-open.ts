import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { writtenSchema, type Reaction, type Written, type WrittenMessage } from '@watchpost/shared/chat/written';
import type { Envelope } from '@watchpost/shared/envelope';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import { openJson, openedOrNull } from '@watchpost/shared/jobs/sealed';
import { directoryOf } from '../offered.ts';

/** What happened to a message, as the platform tells it. */
export type Happened =
  /**
   * `reactionsAtUs`: when its list of reactions was read; null: there is none. `readAtUs`: when the message itself was, as it is now; null: it
   * came with the job. `takenBy`: the feeds that it is new to; null: those that are open.
   */
  | { kind: 'written'; message: WrittenMessage; reactionsAtUs: number | null; readAtUs: number | null; takenBy: readonly string[] | null }
  | { kind: 'deleted'; channel: ChannelKey; messageId: string; atUs: number }
  | { kind: 'reaction'; channel: ChannelKey; messageId: string; reaction: Reaction; isSet: boolean; atUs: number };

/** A job about what happened to a message on the platform; visits are the board's. */
export type MessageEntryJob = Exclude<EntryJob, { change: 'visit' | 'decided' }>;

export interface OpenEntryDeps {
  envelope: Envelope;
  /** Called for each that cannot be opened. */
  onUnreadable?: () => void;
  platformFor: (channel: ChannelKey) => Pick<ConnectedPlatform, 'directory'>;
  now: () => number;
}

/** Our clock may be ahead of the platform's: a reaction that is set or taken back after the list was read is never older than it. Milliseconds. */
const clocksDifferMs = 10_000;

/** What happened: as it came with the job, or, where that was erased, cannot be opened or has to be looked up, as the message is now. */
export async function open(job: MessageEntryJob, deps: OpenEntryDeps, signal: AbortSignal): Promise<Happened> {
  const { channel, messageId, atUs } = job;
  if (job.change === 'deleted') return { kind: 'deleted', channel, messageId, atUs };
  if (job.change === 'reaction') return { kind: 'reaction', channel, messageId, reaction: job.reaction, isSet: job.isSet, atUs };
  if (job.change === 'written' && job.sealed !== null) {
    const { id, sealed } = job;
    const written = openedOrNull(() => openJson(deps.envelope, sealed, id, writtenSchema));
    if (written)
      return {
        kind: 'written',
        message: messageOf(job, written),
        reactionsAtUs: job.reactionsAtUs,
        readAtUs: null,
        takenBy: job.takenBy ?? null,
      };
    deps.onUnreadable?.();
  }
  return read(job, deps, signal);
}

function messageOf(job: Extract<EntryJob, { change: 'written' }>, written: Written): WrittenMessage {
  const { channel, messageId, thread, author, postedAtMs, isDirect, isEdited, isBroadcast, atUs, reactions } = job;
  return { channel, messageId, thread, author, postedAtMs, isDirect, isEdited, isBroadcast, atUs, reactions, written };
}

async function read(
  { channel, messageId, thread, atUs, takenBy }: Extract<MessageEntryJob, { change: 'written' | 'check' }>,
  { platformFor, now }: OpenEntryDeps,
  signal: AbortSignal,
): Promise<Happened> {
  const readAtUs = Math.max(0, now() - clocksDifferMs) * 1_000;
  try {
    const message = await directoryOf(platformFor(channel)).written({ channel, messageId, thread }, signal);
    if (!message) return { kind: 'deleted', channel, messageId, atUs };
    return { kind: 'written', message, reactionsAtUs: message.reactions === null ? null : readAtUs, readAtUs, takenBy: takenBy ?? null };
  } catch (thrown) {
    const error = toAppError(thrown);
    // One channel that cannot be read must not hold up the entries of all others.
    if (error.retry === 'repairable')
      throw new AppError('chat-unavailable', `the message cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}
