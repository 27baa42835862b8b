import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import type { Logger } from '@watchpost/shared/observability/logger';
import { queueViolation, type AddDeps } from '../findings.ts';

/** For admins. */
const words = 'three workers died while they were about to remove it';

/**
 * Notes that workers died of a violation's job, or of telling of it, and queues one more. Where they were about to remove something, that
 * one only tells that it is still there; else it does what is left. Logs an error of its own, which must not hide the failure.
 */
export async function recordLost(
  violationId: string,
  { isRemoving }: { isRemoving: boolean },
  deps: Pick<AddDeps, 'sender' | 'sendTimeoutMs'> & { violations: Pick<Violations, 'update'>; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const lost = (now: Violation): Violation => {
    const { removal, wanted, done } = now;
    // Whoever dies of that one, too, is not followed by another one for ever.
    if (done >= wanted || removal.failedFor === wanted) return now;
    const next = { ...now, wanted: wanted + 1, removal: { ...removal, failedFor: wanted + 1 } };
    if (!isRemoving || removal.state !== 'wanted') return next;
    const files = removal.files.map((file) => (file.state === 'wanted' ? { ...file, state: 'failed' as const } : file));
    return { ...next, removal: { ...next.removal, state: 'failed', files, error: words } };
  };
  try {
    const { violation } = await deps.violations.update(violationId, lost, signal);
    if (violation.removal.failedFor === violation.wanted) await queueViolation(violation, deps);
  } catch (err) {
    deps.log.warn({ err, violation: violationId }, 'could not record that workers died of a violation');
  }
}
