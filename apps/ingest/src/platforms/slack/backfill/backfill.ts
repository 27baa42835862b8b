import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { backoffMs } from '@watchpost/shared/retry';
import { pause, raceAbort } from '@watchpost/shared/wait';
import type { ReadChannel } from './read-channel.ts';

export interface BackfillOptions {
  channels: readonly string[];
  /** Takes what was posted in a channel after `oldestMs`, the oldest first. */
  readChannel: ReadChannel;
  /** When the newest snapshot of a channel that was posted before this time was posted; null: none ever was. Waits for the gallery. */
  newest: (channel: string, beforeMs: number, signal: AbortSignal) => Promise<number | null>;
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

/** Our clock and Slack's: Slack's requests are refused beyond this. Milliseconds. */
const clocksDifferMs = 300_000;

/** Fetches what was posted while nobody received it. */
export interface Backfill {
  /** Something since this time may be missing, milliseconds since 1970. */
  onGap: (sinceMs: number) => void;
  /** Resolves after the signal has aborted. */
  done: Promise<void>;
}

/** At start, from the newest snapshot that is known; afterwards whenever a gap is noticed. One run at a time. */
export function startBackfill(options: BackfillOptions, stopping: AbortSignal): Backfill {
  const { channels, maxAgeMs, log, now } = options;
  const times = { ...defaultTimes, ...options.times };
  const fetched = options.metrics.counter('ingest_backfilled_total', 'Pictures fetched from the history of the read channels', ['outcome']);
  const startedMs = now();
  let gapMs: number | null = null;
  let noticed: (() => void) | null = null;
  /** Channels whose newest snapshot at start has not been looked at. */
  const fresh = new Set(channels);

  const oldestOf = async (channel: string, sinceMs: number | null): Promise<number | null> => {
    const known = fresh.has(channel) ? await options.newest(channel, startedMs - clocksDifferMs, stopping) : null;
    const from = Math.min(...[known, sinceMs].flatMap((each) => each ?? []));
    return Number.isFinite(from) ? Math.max(from - overlapMs, now() - maxAgeMs) : null;
  };

  const runOnce = async (sinceMs: number | null): Promise<void> => {
    for (const channel of channels) {
      try {
        const oldestMs = await oldestOf(channel, sinceMs);
        if (oldestMs === null) continue;
        const { messages, queued, more } = await options.readChannel(channel, oldestMs, now() + clocksDifferMs, stopping);
        fetched.inc({ outcome: 'queued' }, queued);
        const from = new Date(oldestMs).toISOString();
        log.info(
          { channel, from, messages, pictures: queued, more },
          'fetched what was posted in between; what is known is not taken twice',
        );
      } catch (error) {
        const known = toAppError(error);
        // Another attempt would be refused in the same way: the other channels go on.
        if (known.retry === 'transient') throw error;
        log.error({ err: error, channel }, `the history of a read channel cannot be fetched${adviceFor(known)}`);
      }
      fresh.delete(channel);
    }
  };

  const run = async (): Promise<void> => {
    await options.identified;
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst) {
        if (gapMs === null) await raceAbort(new Promise<void>((resolve) => (noticed = resolve)), stopping);
        await pause(times.settleMs, stopping);
      }
      const sinceMs = gapMs;
      gapMs = null;
      await untilDone(sinceMs);
    }
  };

  const untilDone = async (sinceMs: number | null): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await runOnce(sinceMs);
      } catch (error) {
        if (stopping.aborted) throw error;
        const waitMs = Math.max(backoffMs(failures, times.backoff), toAppError(error).retryAfterMs ?? 0);
        log[failures === 1 ? 'info' : 'debug']({ err: error, waitMs }, 'what was posted in between could not be fetched, retrying');
        await pause(waitMs, stopping);
      }
    }
  };

  if (maxAgeMs === 0) return { onGap: () => undefined, done: Promise.resolve() };
  return {
    onGap: (sinceMs) => {
      gapMs = Math.min(sinceMs, gapMs ?? sinceMs);
      noticed?.();
    },
    done: run().catch((error: unknown) => {
      if (!stopping.aborted) log.error({ err: error }, 'fetching what was posted in between has ended');
    }),
  };
}

function adviceFor({ code }: AppError): string {
  if (code === 'chat-not-authorised') return ': the app needs the scope channels:history, or groups:history for private channels';
  return code === 'channel-not-available' ? ': invite the bot to it' : '';
}
