import type { AppError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobKind } from './job-kinds.ts';
import type { JobNeed } from './job-need.ts';

/** What the log says about held jobs. The kinds of jobs of a process share it, so that each fault has one line, not one for each kind. */
export interface JobHoldLog {
  began(kind: JobKind, need: JobNeed, hold: { error: AppError; reason: string; atStart: boolean }): void;
  /** Called again and again during a hold: reminds of it now and then. */
  goesOn(need: JobNeed): void;
  ended(kind: JobKind, need: JobNeed): void;
}

interface HeldFor {
  /** What each kind of job waits for. */
  kinds: Map<JobKind, { code: string; reason: string }>;
  sinceMs: number;
  remindAtMs: number;
  /** Nothing to see to: what is held since the start, such as for a gallery that is loading. */
  quiet: boolean;
}

/** `remindMs`: between two lines about the same hold, milliseconds. */
export function createJobHoldLog(log: Logger, remindMs = 600_000): JobHoldLog {
  const held = new Map<JobNeed, HeldFor>();
  return {
    began: (kind, need, { error, reason, atStart }) => {
      const now = Date.now();
      const entry = held.get(need) ?? { kinds: new Map(), sinceMs: now, remindAtMs: now + remindMs, quiet: true };
      held.set(need, entry);
      const isTold = [...entry.kinds.values()].some(({ code }) => code === error.code);
      entry.kinds.set(kind, { code: error.code, reason });
      if (isTold) return;
      const fields = { kind, need: need.name, code: error.code };
      if (atStart && error.retry === 'transient') {
        log.info(fields, `jobs are not taken yet: ${reason}`);
        return;
      }
      entry.quiet = false;
      log[error.retry === 'repairable' ? 'error' : 'warn'](fields, `jobs are held: ${reason}`);
    },
    goesOn: (need) => {
      const entry = held.get(need);
      if (!entry || Date.now() < entry.remindAtMs) return;
      entry.remindAtMs = Date.now() + remindMs;
      entry.quiet = false;
      const kinds = [...entry.kinds.keys()];
      const reasons = new Set([...entry.kinds.values()].map(({ reason }) => reason));
      log.warn({ kinds, need: need.name, heldMs: Date.now() - entry.sinceMs }, `jobs are still held: ${[...reasons].join('; ')}`);
    },
    ended: (kind, need) => {
      const entry = held.get(need);
      if (!entry?.kinds.delete(kind) || entry.kinds.size > 0) return;
      held.delete(need);
      const others = [...held.keys()].map(({ name }) => name);
      const fields = { need: need.name, heldMs: Date.now() - entry.sinceMs };
      if (others.length > 0) log.info({ ...fields, others }, 'this need is met, jobs are still held for another');
      else log.info(fields, entry.quiet ? 'jobs are taken' : 'jobs run again');
    },
  };
}
