import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Held } from '@watchpost/shared/jobs/job-need';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, within } from '@watchpost/shared/wait';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { adviseOf } from './platforms.ts';

export interface PlatformGatesOptions {
  /** Those with a gate; none where jobs are held for the only one. */
  platforms: readonly Pick<ConnectedPlatform, 'prefix' | 'chat'>[];
  alerts: Alerts;
  log: Logger;
  /** Between two looks at a platform that is closed, milliseconds. */
  recheckMs?: number;
}

/**
 * What keeps the jobs of a platform away from it while a person must repair something there, such as its token: each fails at once, and
 * waits. Jobs of the other platforms go on.
 */
export interface PlatformGates {
  /** The same, but throws the platform's `repairable` error while its gate is closed. */
  guard<T>(platformFor: (channel: ChannelKey) => T): (channel: ChannelKey) => T;
  /** Looks which platform may be behind a `repairable` error, and tells admins. */
  suspect(error: AppError): Promise<void>;
  /** Those whose gate is closed. */
  missing(): Pick<Held, 'need' | 'reason'>[];
  done: Promise<void>;
}

const checkTimeoutMs = 10_000;
/** Many jobs fail together: one of them is looked into. Milliseconds. */
const freshMs = 5_000;
/** What goes on is raised again so often: it has not become quiet. Milliseconds. */
const remindMs = 600_000;

/** Looks at each platform once at the start, and again and again while its gate is closed, until `stopping` aborts. */
export function createPlatformGates(
  { platforms, alerts, log, recheckMs = 20_000 }: PlatformGatesOptions,
  stopping: AbortSignal,
): PlatformGates {
  const closed = new Map<string, AppError>();
  const raisedAtMs = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  let suspectedAtMs = -Infinity;

  const look = async ({ prefix, chat }: PlatformGatesOptions['platforms'][number]): Promise<void> => {
    const was = closed.get(prefix);
    try {
      await chat.check({ read: true }, within(stopping, checkTimeoutMs));
      closed.delete(prefix);
      if (!was) return;
      alerts.clear(`platform-${prefix}`);
      log.info({ platform: prefix }, 'a platform takes us again: its jobs go on');
    } catch (thrown) {
      const error = toAppError(thrown);
      // Any other error says nothing.
      if (error.retry !== 'repairable') return;
      closed.set(prefix, error);
      if (was?.code === error.code && Date.now() - (raisedAtMs.get(prefix) ?? 0) < remindMs) return;
      raisedAtMs.set(prefix, Date.now());
      alerts.raise({ topic: `platform-${prefix}`, text: `jobs of ${prefix} wait: ${error.message}`, code: error.code });
      if (was?.code !== error.code) log.error({ platform: prefix, code: error.code }, `jobs of a platform wait: ${error.message}`);
    }
  };
  const lookingAt = async (platform: PlatformGatesOptions['platforms'][number]): Promise<void> => {
    try {
      await look(platform);
    } finally {
      underWay.delete(platform.prefix);
    }
  };
  const lookOnce = async (platform: PlatformGatesOptions['platforms'][number]): Promise<void> => {
    const { prefix } = platform;
    const looking = underWay.get(prefix) ?? lookingAt(platform);
    underWay.set(prefix, looking);
    return looking;
  };
  const keepLooking = async (): Promise<void> => {
    await Promise.all(platforms.map(lookOnce));
    while (!stopping.aborted && platforms.length > 0) {
      await pause(recheckMs, stopping).catch(() => undefined);
      if (!stopping.aborted) await Promise.all(platforms.filter(({ prefix }) => closed.has(prefix)).map(look));
    }
  };

  return {
    guard: (platformFor) => (channel) => {
      const error = closed.get(platformOf(channel));
      if (error) throw new AppError(error.code, error.message, { cause: error });
      return platformFor(channel);
    },
    suspect: async (failure) => {
      const isKnown = (): boolean => [...closed.values()].some(({ code }) => code === failure.code);
      // Whoever fails of those that are passed over comes again.
      if (isKnown() || Date.now() - suspectedAtMs < freshMs) return;
      suspectedAtMs = Date.now();
      await Promise.all(platforms.map(lookOnce));
      if (!isKnown()) alerts.raise({ topic: `repair-${failure.code}`, text: `a job waits: ${adviseOf(failure)}`, code: failure.code });
    },
    missing: () => [...closed].map(([need, { message: reason }]) => ({ need, reason })),
    done: keepLooking(),
  };
}
