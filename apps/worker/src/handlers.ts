import type { JobHandlers } from '@watchpost/shared/jobs/job-queue';
import type { ShownNames } from '@watchpost/privacy/consent/shown-names';
import { createConversionHandler, type ConversionDeps } from './conversion/pipeline.ts';
import { createEntryHandler, type EntryDeps } from './entry/pipeline.ts';
import { createFileHandler, type FileDeps } from './file/pipeline.ts';
import { createHandoffHandler, type HandoffDeps } from './handoff/pipeline.ts';
import { createInteractionHandler, type InteractionDeps } from './interaction/pipeline.ts';
import { watchingAlerts } from './alerts/undelivered.ts';
import { createMailHandler, type MailDeps } from './mail/pipeline.ts';
import { createMessageHandler, type MessageDeps } from './message/pipeline.ts';
import { createNoticeHandler, type NoticeDeps } from './notice/pipeline.ts';
import { createProfileHandler, type ProfileDeps } from './profile/pipeline.ts';
import { createResultHandler, type ResultDeps } from './result/pipeline.ts';
import { createScheduledHandler, type ScheduledDeps } from './scheduled/pipeline.ts';
import { createSnapshotHandler, type SnapshotDeps } from './snapshot/pipeline.ts';
import { createTalkHandler, type TalkDeps } from './talk/pipeline.ts';
import { createViolationHandler, type ViolationDeps } from './violation/pipeline.ts';
import { createTellingHandler, type TellingDeps } from './telling/pipeline.ts';
import { createVisitHandler, type VisitDeps } from './visit/pipeline.ts';

export type HandlersDeps = SnapshotDeps &
  VisitDeps &
  NoticeDeps &
  InteractionDeps &
  MessageDeps &
  FileDeps &
  ViolationDeps &
  TellingDeps &
  EntryDeps &
  ProfileDeps &
  HandoffDeps &
  ResultDeps &
  TalkDeps &
  ConversionDeps &
  ScheduledDeps &
  MailDeps & {
    /** The gallery as those may see it who read posts. Absent: as it is. */
    shown?: ShownNames;
  };

/** One handler for each job kind; a kind without one does not compile. */
export function createHandlers(deps: HandlersDeps): JobHandlers {
  return {
    snapshot: createSnapshotHandler(deps),
    visit: createVisitHandler({ ...deps, ...deps.shown }),
    notice: watchingAlerts(createNoticeHandler({ ...deps, ...deps.shown }), deps),
    interaction: createInteractionHandler(deps),
    message: createMessageHandler(deps),
    file: createFileHandler(deps),
    violation: createViolationHandler(deps),
    telling: createTellingHandler(deps),
    entry: createEntryHandler({ ...deps, ...deps.shown }),
    profile: createProfileHandler(deps),
    handoff: createHandoffHandler(deps),
    result: createResultHandler(deps),
    talk: createTalkHandler(deps),
    conversion: createConversionHandler(deps),
    scheduled: createScheduledHandler(deps),
    mail: createMailHandler(deps),
  };
}
