import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { backoffMs, type Backoff } from '@watchpost/shared/retry';
import { pause, raceAbort } from '@watchpost/shared/wait';
import { worst } from '../../send-all.ts';
import type { ReadChannel } from './read-channel.ts';

export interface BackfillOptions {
  /** Those that cameras post to. */
  channels: readonly string[];
  /** Takes what was posted in a channel after `oldestMs`, the oldest first. */
  readChannel: ReadChannel;
  /** When the newest snapshot of a channel that was posted before this time was posted; null: none ever was. Waits for the gallery. */
  newest: (channel: string, beforeMs: number, signal: AbortSignal) => Promise<number | null>;
  /** The channels that rules look at. Waits for the rules. */
  watched: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Reads the channels that feeds publish: whatever happened there since `sinceMs` may be missing; null: at start. */
  readFeedChannels: (sinceMs: number | null, signal: AbortSignal) => Promise<void>;
  /** Until when all messages were received before this start; null: nobody knows. Waits for the database. */
  receivedUntil: (signal: AbortSignal) => Promise<number | null>;
  /** Resolves when it is known who we are. */
  identified: Promise<void>;
  /** `BACKFILL_MAX_AGE_MS`; 0: nothing is ever fetched. */
  maxAgeMs: number;
  log: Logger;
  metrics: Metrics;
  now: () => number;
  /** Waits; tests need shorter ones. */
  times?: Partial<typeof defaultTimes>;
}

const defaultTimes = {
  /** After a gap was noticed: Slack may send what is missing by itself, and often more gaps follow. */
  settleMs: 30_000,
  /** Between two attempts. */
  backoff: { firstMs: 2_000, maxMs: 300_000 },
};

/** Fetched although it should be known: a caption comes before its picture, and clocks differ. Milliseconds. */
const overlapMs = 600_000;

/** In channels with rules: how much older a thread may be that went on in between. Milliseconds. */
const oldThreadsMs = 7 * 86_400_000;

/** Our clock and Slack's: Slack's requests are refused beyond this. Milliseconds. */
const clocksDifferMs = 300_000;

/** Fetches what was posted while nobody received it. */
export interface Backfill {
  /** Something since this time may be missing, milliseconds since 1970. */
  onGap: (sinceMs: number) => void;
  /** The same where the queue may have lost what it took since then: what was fetched then, too. */
  onLoss: (sinceMs: number) => void;
  /** Nothing is missing, as far as is known: all there was has been fetched. */
  isComplete: () => boolean;
  /** Resolves after the signal has aborted. */
  done: Promise<void>;
}

/** At start, from the newest snapshot that is known, and from when messages were last received; afterwards whenever a gap is noticed. One run at a time. */
export function startBackfill(options: BackfillOptions, stopping: AbortSignal): Backfill {
  const { maxAgeMs, log, now } = options;
  const times = { ...defaultTimes, ...options.times };
  const fetched = options.metrics.counter('ingest_backfilled_total', 'What was fetched from the history of channels', ['outcome']);
  const startedMs = now();
  let gapMs: number | null = null;
  let noticed: (() => void) | null = null;
  /** Something is being fetched, or is still to be. */
  let isBusy = true;
  /** From when on something was fetched last, and until when that was at work; null: never. */
  let last: { fromMs: number; untilMs: number } | null = null;
  /** Channels of which it was looked up where to go on at start; null: that is over. */
  let begun: Set<string> | null = new Set();

  const oldestOf = async (channel: string, isWatched: boolean, sinceMs: number | null): Promise<number | null> => {
    const isNew = begun !== null && !begun.has(channel);
    const [pictures, messages] = [isNew && options.channels.includes(channel), isNew && isWatched];
    const known = pictures ? await options.newest(channel, startedMs - clocksDifferMs, stopping) : null;
    const received = messages ? await options.receivedUntil(stopping) : null;
    const from = Math.min(...[known, received, sinceMs].flatMap((each) => each ?? []));
    return Number.isFinite(from) ? Math.max(from - overlapMs, now() - maxAgeMs) : null;
  };

  const runOnce = async (sinceMs: number | null): Promise<void> => {
    last = { fromMs: sinceMs ?? Infinity, untilMs: Infinity };
    const failure = worst(await Promise.allSettled([readChannels(sinceMs), options.readFeedChannels(sinceMs, stopping)]));
    if (failure !== null) throw failure;
  };

  const readChannels = async (sinceMs: number | null): Promise<void> => {
    const watchedChannels = new Set(await options.watched(stopping));
    for (const channel of new Set([...options.channels, ...watchedChannels])) {
      const isWatched = watchedChannels.has(channel);
      try {
        const oldestMs = await oldestOf(channel, isWatched, sinceMs);
        if (oldestMs === null) continue;
        if (last) last.fromMs = Math.min(last.fromMs, oldestMs + overlapMs);
        const latestMs = now() + clocksDifferMs;
        const threadsFromMs = isWatched ? oldestMs - oldThreadsMs : oldestMs;
        const { messages, queued, watched, more } = await options.readChannel(channel, { oldestMs, latestMs, threadsFromMs }, stopping);
        fetched.inc({ outcome: 'queued' }, queued);
        fetched.inc({ outcome: 'watched' }, watched);
        const from = new Date(oldestMs).toISOString();
        log.info(
          { channel, from, messages, pictures: queued, watched, more },
          'fetched what was posted in between; what is known is not taken twice',
        );
      } catch (error) {
        const known = toAppError(error);
        // Another attempt would be refused in the same way: the other channels go on.
        if (known.retry === 'transient') throw error;
        log.error({ err: error, channel }, unreadable(known));
      }
      begun?.add(channel);
    }
  };

  const run = async (): Promise<void> => {
    await options.identified;
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst) {
        isBusy = false;
        if (gapMs === null) await raceAbort(new Promise<void>((resolve) => (noticed = resolve)), stopping);
        await pause(times.settleMs, stopping);
      }
      const sinceMs = gapMs;
      [gapMs, isBusy] = [null, true];
      await untilDone(async () => runOnce(sinceMs), { backoff: times.backoff, log }, stopping);
      begun = null;
      if (last) last.untilMs = now();
    }
  };

  const onGap = (sinceMs: number): void => {
    gapMs = Math.min(sinceMs, gapMs ?? sinceMs);
    noticed?.();
  };

  if (maxAgeMs === 0) return { onGap: () => undefined, onLoss: () => undefined, isComplete: () => false, done: Promise.resolve() };
  return {
    isComplete: () => !isBusy && gapMs === null,
    onGap,
    onLoss: (sinceMs) => onGap(last && last.untilMs >= sinceMs ? Math.min(sinceMs, last.fromMs) : sinceMs),
    done: run().catch((error: unknown) => {
      if (!stopping.aborted) log.error({ err: error }, 'fetching what was posted in between has ended');
    }),
  };
}

async function untilDone(
  work: () => Promise<void>,
  { backoff, log }: { backoff: Backoff; log: Logger },
  stopping: AbortSignal,
): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (stopping.aborted) throw error;
      const waitMs = Math.max(backoffMs(failures, backoff), toAppError(error).retryAfterMs ?? 0);
      log[failures === 1 ? 'info' : 'debug']({ err: error, waitMs }, 'what was posted in between could not be fetched, retrying');
      await pause(waitMs, stopping);
    }
  }
}

/** What to do about a channel whose history Slack does not give. */
export function unreadable({ code }: AppError): string {
  const advice: Partial<Record<typeof code, string>> = {
    'chat-not-authorised': ': the app needs the scope channels:history, or groups:history for private channels',
    'channel-not-available': ': invite the bot to it',
  };
  return `the history of a channel cannot be fetched${advice[code] ?? ''}`;
}
