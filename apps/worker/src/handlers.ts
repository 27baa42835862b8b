import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import { createResultHandler, type ResultDeps } from './result/pipeline.ts';
import { createSnapshotHandler, type SnapshotDeps } from './snapshot/pipeline.ts';

/** One handler for each job kind; a kind without one does not compile. */
export function createHandlers(deps: SnapshotDeps & ResultDeps): JobHandlers {
  return {
    snapshot: createSnapshotHandler(deps),
    result: createResultHandler(deps),
  };
}
