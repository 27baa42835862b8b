import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import { createFileHandler, type FileDeps } from './file/pipeline.ts';
import { createInteractionHandler, type InteractionDeps } from './interaction/pipeline.ts';
import { createMessageHandler, type MessageDeps } from './message/pipeline.ts';
import { createNoticeHandler, type NoticeDeps } from './notice/pipeline.ts';
import { createResultHandler, type ResultDeps } from './result/pipeline.ts';
import { createSnapshotHandler, type SnapshotDeps } from './snapshot/pipeline.ts';
import { createViolationHandler, type ViolationDeps } from './violation/pipeline.ts';
import { createTellingHandler, type TellDeps } from './violation/tell.ts';
import { createVisitHandler, type VisitDeps } from './visit/pipeline.ts';

export type HandlersDeps = SnapshotDeps &
  VisitDeps &
  NoticeDeps &
  InteractionDeps &
  MessageDeps &
  FileDeps &
  ViolationDeps &
  TellDeps &
  ResultDeps;

/** One handler for each job kind; a kind without one does not compile. */
export function createHandlers(deps: HandlersDeps): JobHandlers {
  return {
    snapshot: createSnapshotHandler(deps),
    visit: createVisitHandler(deps),
    notice: createNoticeHandler(deps),
    interaction: createInteractionHandler(deps),
    message: createMessageHandler(deps),
    file: createFileHandler(deps),
    violation: createViolationHandler(deps),
    telling: createTellingHandler(deps),
    result: createResultHandler(deps),
  };
}
