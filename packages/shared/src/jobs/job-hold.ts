import { toAppError, type AppError } from '../errors.ts';
import { backoffMs } from '../retry.ts';
import { pause, raceAbort, within } from '../wait.ts';
import type { JobHoldLog } from './job-hold-log.ts';
import type { JobKind } from './job-kinds.ts';
import type { Held, HoldVerdict, JobNeed } from './job-need.ts';

export interface JobHoldOptions {
  kind: JobKind;
  needs: readonly JobNeed[];
  log: JobHoldLog;
  /** Called whenever `isOpen()` may have changed. */
  onChange: () => void;
  /** Limit for one check, milliseconds. */
  checkTimeoutMs?: number;
}

/** Decides when jobs of one kind may run in this process. */
export interface JobHold {
  /** Checks every need once. Call it before the first job. */
  start(): Promise<void>;
  /** Whether to take jobs: nothing is missing, or one job is wanted to find out. */
  isOpen(): boolean;
  /** Whether this job may run; if not, it must go back. */
  admit(jobId: string): boolean;
  /** Whether a need may be behind a failure. */
  explains(error: AppError): boolean;
  /** `idle`: it had nothing to do, which does not show that what a person had to repair is repaired. */
  succeeded(jobId: string, how: { idle: boolean }): void;
  /** What to do with a job that failed. Never rejects. */
  failed(jobId: string, error: AppError): Promise<HoldVerdict>;
  /** The attempt is over, however it went. */
  ended(jobId: string): void;
  /** What jobs wait for; null before the first check. */
  held(): Held[] | null;
}

type Finding = { is: 'met' | 'unknown' } | { is: 'missing'; error: AppError };

interface Missing {
  error: AppError;
  reason: string;
  /** The check finds nothing: one job at a time is let through. */
  unsure: boolean;
  /** The jobs that met the fault while it could not be judged. */
  jobIds: Set<string>;
  /** Aborts when the hold ends. */
  over: AbortController;
}

/** The job that is let through although jobs are held. */
type Trial = 'none' | 'wanted' | { jobId: string };

/**
 * A hold begins when a job fails as if a need were missing, or a check finds it missing at the start, and ends when a check finds it met.
 * Where a check finds nothing wrong although a job failed that way, single jobs are let through until one succeeds; whoever still fails in
 * the same way afterwards fails for itself.
 */
export function createJobHold(options: JobHoldOptions, stopping: AbortSignal): JobHold {
  const { kind, needs, onChange } = options;
  const find = createFinder(options, stopping);
  const { missing, begin, end } = createMissing(options);
  /** These failed although others did not. */
  let blamed = new Set<string>();
  let trial: Trial = 'none';
  const isTrial = (jobId: string): boolean => typeof trial === 'object' && trial.jobId === jobId;
  const explaining = (error: AppError): JobNeed | undefined => needs.find(({ explains }) => explains(error));

  /** No other job is to be let through. */
  const unwant = (): void => void (trial === 'wanted' && (trial = 'none'));
  const hold = (need: JobNeed, error: AppError, how: { unsure: boolean; atStart?: boolean }): Missing => {
    const isNew = !missing.has(need);
    if (!how.unsure) unwant();
    const entry = begin(need, error, how);
    if (isNew) void watchMissing(need, options.log, () => recheck(need), AbortSignal.any([stopping, entry.over.signal]));
    return entry;
  };
  const release = (need: JobNeed): void => {
    unwant();
    end(need);
  };
  const recheck = async (need: JobNeed): Promise<void> => {
    const finding = await find(need);
    const entry = missing.get(need);
    if (!entry || finding.is === 'unknown') return;
    if (finding.is === 'missing') hold(need, finding.error, { unsure: false });
    // What a check found missing is repaired; the next job tells the rest.
    else if (!entry.unsure) release(need);
    else if (trial === 'none') {
      trial = 'wanted';
      onChange();
    }
  };

  let started = false;
  return {
    start: async () => {
      const findings = await Promise.all(needs.map(async (need) => ({ need, finding: await find(need) })));
      for (const { need, finding } of findings) if (finding.is === 'missing') hold(need, finding.error, { unsure: false, atStart: true });
      started = true;
    },
    isOpen: () => missing.size === 0 || (trial === 'wanted' && [...missing.values()].every(({ unsure }) => unsure)),
    admit: (jobId) => {
      if (missing.size === 0) return true;
      if (trial !== 'wanted') return false;
      trial = { jobId };
      onChange();
      return true;
    },
    explains: (error) => explaining(error) !== undefined,
    succeeded: (jobId, { idle }) => {
      if (!idle) blamed.delete(jobId);
      if (!isTrial(jobId)) return;
      const shown = [...missing].filter(([, { unsure, error }]) => unsure && !(idle && error.retry === 'repairable'));
      if (shown.length > 0) blamed = new Set(shown.flatMap(([, { jobIds }]) => [...jobIds]).filter((id) => id !== jobId));
      for (const [need] of shown) release(need);
      if (!idle || missing.size === 0) return;
      // It has shown nothing: the next one may.
      trial = 'wanted';
      onChange();
    },
    failed: async (jobId, error) => {
      const need = explaining(error);
      if (!need) return 'own';
      const finding = await find(need);
      if (stopping.aborted) return 'first';
      if (finding.is === 'missing') {
        hold(need, finding.error, { unsure: false });
        return 'first';
      }
      // The other side does not say: nothing begins, and nothing is held against the job.
      if (finding.is === 'unknown') return missing.has(need) ? 'first' : 'later';
      if (blamed.has(jobId)) return 'own';
      // A check does not see everything: a full workspace, a database that can be read but not written. Not only the blamed ones meet it.
      blamed.clear();
      hold(need, error, { unsure: true }).jobIds.add(jobId);
      return isTrial(jobId) ? 'later' : 'first';
    },
    ended: (jobId) => {
      if (isTrial(jobId)) trial = 'none';
    },
    held: () => (started || missing.size > 0 ? [...missing].map(([need, { reason }]) => ({ kind, need: need.name, reason })) : null),
  };
}

/** Checks one need; jobs that fail together share one check. */
function createFinder({ kind, checkTimeoutMs = 10_000 }: JobHoldOptions, stopping: AbortSignal): (need: JobNeed) => Promise<Finding> {
  const asking = new Map<JobNeed, Promise<Finding>>();
  const look = async (need: JobNeed): Promise<Finding> => {
    const signal = within(stopping, checkTimeoutMs);
    try {
      await raceAbort(need.check(kind, signal), signal);
      return { is: 'met' };
    } catch (thrown) {
      const error = toAppError(thrown);
      return need.explains(error) ? { is: 'missing', error } : { is: 'unknown' };
    } finally {
      asking.delete(need);
    }
  };
  return (need) => {
    const finding = asking.get(need) ?? look(need);
    asking.set(need, finding);
    return finding;
  };
}

/** The needs that are missing now. */
function createMissing({ kind, log, onChange }: JobHoldOptions) {
  const missing = new Map<JobNeed, Missing>();
  return {
    missing,
    begin: (need: JobNeed, error: AppError, { unsure, atStart = false }: { unsure: boolean; atStart?: boolean }): Missing => {
      const known = missing.get(need);
      const reason = unsure ? need.advise(error) : error.message;
      const entry: Missing = {
        jobIds: new Set<string>(),
        over: new AbortController(),
        ...known,
        error,
        reason,
        unsure,
      };
      missing.set(need, entry);
      if (known?.error.code !== error.code) log.began(kind, need, { error, reason, atStart });
      onChange();
      return entry;
    },
    end: (need: JobNeed): void => {
      const entry = missing.get(need);
      if (!entry) return;
      missing.delete(need);
      entry.over.abort();
      log.ended(kind, need);
      onChange();
    },
  };
}

/** Checks a missing need again until the signal aborts, and reminds in the log. */
async function watchMissing(need: JobNeed, log: JobHoldLog, recheck: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    for (let checks = 1; ; checks += 1) {
      await pause(backoffMs(checks, need.backoff), signal);
      log.goesOn(need);
      await recheck();
    }
  } catch {
    // The hold is over, or the process stops.
  }
}
