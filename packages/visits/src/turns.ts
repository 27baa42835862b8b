import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Turns } from '@watchpost/shared/chat/turns';
import { clocksApartMs } from '@watchpost/shared/documents/lease';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';

/** Between two turns in a channel: a platform's second, and a little more, since answers of the database take time. Milliseconds. */
export const turnMs = 1_050;

/** For so long a caller waits until a channel is no longer held, milliseconds. */
const patienceMs = 3_000;

const turnSchema = z.object({
  /** From when on the next turn is free, by the database's clock. */
  nextMs: z.number(),
  /** Nobody gets a turn before, by the database's clock. */
  heldUntilMs: z.number(),
  /** How long it was to be held; absent: an older release held it. */
  heldForMs: z.number().optional(),
});
type Turn = z.infer<typeof turnSchema>;

/** Between two turns of this process at least, however late its timers and the database's answers are. Milliseconds. */
const apartMs = 1_000;

/** The line in front of a channel is no longer, milliseconds. */
const longestLineMs = 600_000;

const kind = 'turn';
/** A channel that was quiet for so long needs no document. */
const keepMs = 24 * 3_600_000;

interface Read {
  stored: StoredDocument | null;
  turn: Turn;
  nowMs: number;
}

/**
 * Turns that all processes share. Each caller books the next free moment in the channel's document and waits for it, so that those who came
 * first go first; whoever finds the channel held when the moment has come books another one.
 */
export function createTurns(documents: DocumentStore): Turns {
  async function read(channel: ChannelKey, signal: AbortSignal): Promise<Read> {
    const { document: stored, nowMs } = await documents.get(kind, channel, signal);
    return { stored, turn: stored ? soundAt(nowMs, turnSchema.parse(stored.body)) : { nextMs: 0, heldUntilMs: 0 }, nowMs };
  }

  const write = async (channel: ChannelKey, { stored, nowMs }: Read, turn: Turn, signal: AbortSignal): Promise<void> => {
    const expiresAtMs = Math.max(nowMs, turn.heldUntilMs) + keepMs;
    const revision = stored?.revision ?? 0;
    await documents.put({ kind, id: channel, revision, atMs: nowMs, keys: [], expiresAtMs, body: turn }, signal);
  };

  /** Resolves to how long the caller must wait for its moment, milliseconds. */
  const book = (channel: ChannelKey, signal: AbortSignal): Promise<number> =>
    untilNoConflict(async () => {
      const found = await read(channel, signal);
      const { turn, nowMs } = found;
      refuseIfHeld(channel, found);
      const mineMs = Math.max(turn.nextMs, turn.heldUntilMs, nowMs);
      await write(channel, found, { ...turn, nextMs: mineMs + turnMs }, signal);
      return mineMs - nowMs;
    }, signal);

  const untilBooked = async (channel: ChannelKey, signal: AbortSignal): Promise<void> => {
    for (;;) {
      const waitMs = await book(channel, signal);
      if (waitMs === 0) return;
      await pause(waitMs, signal);
      const { turn, nowMs } = await read(channel, signal);
      if (turn.heldUntilMs <= nowMs) return;
    }
  };

  /** When this process had its last turn in each channel, as performance.now() says. */
  const lastMs = new Map<ChannelKey, number>();

  return {
    take: async (channel, signal) => {
      await untilBooked(channel, signal);
      for (;;) {
        const waitMs = (lastMs.get(channel) ?? -Infinity) + apartMs - performance.now();
        if (waitMs <= 0) break;
        await pause(waitMs, signal);
      }
      lastMs.set(channel, performance.now());
    },
    hold: (channel, forMs, signal) =>
      untilNoConflict(async () => {
        const found = await read(channel, signal);
        const heldUntilMs = Math.max(found.turn.heldUntilMs, found.nowMs + forMs);
        await write(channel, found, { ...found.turn, heldUntilMs, heldForMs: heldUntilMs - found.nowMs }, signal);
      }, signal),
  };
}

/** Without what lies further ahead than anybody books or holds: it was written while the database's clock was ahead. */
const soundAt = (nowMs: number, { nextMs, heldUntilMs, heldForMs = keepMs }: Turn): Turn => ({
  nextMs: nextMs > nowMs + longestLineMs ? 0 : nextMs,
  ...(heldUntilMs > nowMs + heldForMs + clocksApartMs ? { heldUntilMs: 0 } : { heldUntilMs, heldForMs }),
});

function refuseIfHeld(channel: ChannelKey, { turn, nowMs }: Read): void {
  const retryAfterMs = turn.heldUntilMs - nowMs;
  if (retryAfterMs > patienceMs)
    throw new AppError(
      'chat-rate-limited',
      `the platform takes no message in ${channel} for another ${Math.ceil(retryAfterMs / 1_000)} s`,
      {
        retryAfterMs,
      },
    );
}
