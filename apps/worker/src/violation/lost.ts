import type { Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import type { Logger } from '@watchpost/shared/observability/logger';
import { queueViolation, type AddDeps } from '../findings.ts';

/** Why nothing more is tried. */
const words = 'three workers died while they were about to remove it.';

/** Whether workers died of removing it: then it is not tried again. */
export const isLost = ({ state, error }: Violation['removal']): boolean => state === 'failed' && error === words;

/** Notes that workers died of a violation's job, and queues one more, which only tells. Logs an error of its own. */
export async function recordLost(
  violationId: string,
  deps: Pick<AddDeps, 'sender' | 'sendTimeoutMs'> & { violations: Pick<Violations, 'update'>; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const lost = (now: Violation): Violation => {
    if (now.removal.state !== 'wanted') return now;
    const files = now.removal.files.map((file) => (file.state === 'wanted' ? { ...file, state: 'failed' as const } : file));
    return { ...now, wanted: now.wanted + 1, removal: { ...now.removal, state: 'failed', files, error: words } };
  };
  try {
    const { violation } = await deps.violations.update(violationId, lost, signal);
    if (isLost(violation.removal)) await queueViolation(violation, deps);
  } catch (err) {
    deps.log.warn({ err, violation: violationId }, 'could not record that workers died of a violation');
  }
}
