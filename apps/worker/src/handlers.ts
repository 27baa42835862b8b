import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import { createFileHandler } from './file/pipeline.ts';
import { createMessageHandler } from './message/pipeline.ts';
import { createViolationHandler } from './violation/pipeline.ts';
import { createInteractionHandler, type InteractionDeps } from './interaction/pipeline.ts';
import { createNoticeHandler, type NoticeDeps } from './notice/pipeline.ts';
import { createResultHandler, type ResultDeps } from './result/pipeline.ts';
import { createSnapshotHandler, type SnapshotDeps } from './snapshot/pipeline.ts';
import { createVisitHandler, type VisitDeps } from './visit/pipeline.ts';

/** One handler for each job kind; a kind without one does not compile. */
export function createHandlers(deps: SnapshotDeps & VisitDeps & NoticeDeps & InteractionDeps & ResultDeps): JobHandlers {
  return {
    snapshot: createSnapshotHandler(deps),
    visit: createVisitHandler(deps),
    notice: createNoticeHandler(deps),
    interaction: createInteractionHandler(deps),
    message: createMessageHandler(),
    file: createFileHandler(),
    violation: createViolationHandler(),
    result: createResultHandler(deps),
  };
}
