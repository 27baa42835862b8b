import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { AppError } from '@watchpost/shared/errors';
import { createRuns } from '@watchpost/schedule/store/runs';
import type { ScheduleAlerts } from './scheduling-parts.ts';

/** What alerts about a job on a schedule are about. */
export const topicOf = ({ name }: { name: string }): string => `scheduled-${name}`;

/** Notes and tells that a run failed whose handler could not do it: its workers died. Rejects as the store of documents. */
export async function recordLostRun(
  { name }: { name: string },
  error: AppError,
  { documents, alerts, now = Date.now }: { documents: DocumentStore; alerts: Pick<ScheduleAlerts, 'raise'>; now?: () => number },
  signal: AbortSignal,
): Promise<void> {
  alerts.raise({ topic: topicOf({ name }), text: `The job ${name} on a schedule failed: ${error.message}`, code: error.code });
  const runs = createRuns(documents);
  const last = await runs.last(name, signal);
  if (last?.state === 'running') await runs.save(name, { ...last, state: 'failed', endedAtMs: now(), error: error.message }, signal);
}
