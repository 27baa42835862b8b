import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Extractor } from '@watchpost/extract/extract';
import type { Feeds } from '@watchpost/feeds/feed';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { Schedule } from '@watchpost/schedule/schedule';
import { messageKeysOf } from '@watchpost/rules/config';
import type { Extent, FaceEngine } from '@watchpost/see/face-engine';
import { privacySettings } from '@watchpost/privacy/config';
import { createConsents } from '@watchpost/privacy/consent/consents';
import { withConsentedNames } from '@watchpost/privacy/consent/shown-names';
import { retentionSettings } from '@watchpost/privacy/retention/settings';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import type { JobBacklog, JobHandlers, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { JobScheduler } from '@watchpost/shared/jobs/job-scheduler';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { createCallObserver } from '@watchpost/shared/observability/observe-calls';
import type { Tracer } from '@watchpost/shared/observability/tracing';
import { createTurns } from '@watchpost/visits/turns';
import { createAlerting, type Alerting } from './alerting.ts';
import type { WorkerConfig } from './config.ts';
import { convertingTasks, createConversionDeps } from './converting.ts';
import { createHandlers } from './handlers.ts';
import { createKeptFiles } from './kept-files.ts';
import { createModerating, sayWhatIsPossible } from './moderating.ts';
import { createPlatformObserver } from './observe-platform.ts';
import { createOutcomeCounter } from './outcome-counter.ts';
import { createPlatformGates, type PlatformGates } from './platform-gates.ts';
import { connectPlatforms, platformTokens, type Platforms } from './platforms.ts';
import { privacyTasks } from './privacy/privacy-tasks.ts';
import { createPublishing } from './publishing.ts';
import { createScheduling } from './scheduling.ts';
import type { LossDeps } from './record-loss.ts';
import type { Task } from './schedule.ts';
import { createFreshness } from './snapshot/freshness.ts';
import { createStepTimer } from './step-timer.ts';
import { createTalking, talkTasks } from './talking.ts';
import { createVisiting } from './visiting.ts';

/** For the queue to take a job, milliseconds. */
export const sendTimeoutMs = 5_000;
const dayMs = 86_400_000;

/** What the process has opened. */
export interface Parts {
  opened: OpenedGallery;
  engine: FaceEngine;
  cameras: Cameras;
  feeds: Feeds;
  schedule: Schedule;
  sender: JobSender & JobBacklog;
  jobScheduler: JobScheduler;
  extractor: Extractor;
  alerts: Alerts;
  log: Logger;
  metrics: Metrics;
  tracer: Tracer;
}

/** What the process runs. */
export interface Assembled extends Pick<Alerting, 'mailer'>, Pick<Platforms, 'needs'> {
  handlers: JobHandlers;
  gates: PlatformGates;
  tasks: Task[];
  /** For jobs that fail for good. */
  losing: Pick<LossDeps, 'count' | 'violations' | 'ruleCounts'>;
}

/** The jobs' handlers and the tasks, with all that they work with. */
export function assemble(config: WorkerConfig, parts: Parts, stopping: AbortSignal): Assembled {
  const { opened, engine, cameras, feeds, sender, extractor, alerts, log, metrics, tracer } = parts;
  const talking = createTalking(config, opened.documents);
  const turns = createTurns(opened.documents);
  const observe = createCallObserver(metrics, tracer);
  const watched = createPlatformObserver(metrics, observe);
  const { connected, needs, ...platforms } = connectPlatforms(config, { turns, access: talking.access, log, observe }, watched);
  // Where jobs are held for the only platform, it needs no gate.
  const gates = createPlatformGates({ platforms: needs.length > 0 ? [] : connected, alerts, log }, stopping);
  const platformFor = gates.guard(platforms.platformFor);
  const messageKeys = messageKeysOf(config, platformTokens(config));
  const limits = { maxBytes: config.MAX_FILE_BYTES, maxPixels: config.MAX_PIXELS };
  const common = { ...parts, ...opened, ...limits, platforms: connected, platformFor, messageKeys, sendTimeoutMs };
  const privacy = privacySettings(config);
  const consents = createConsents(opened);
  const shown = privacy.requireConsent ? withConsentedNames(opened, consents) : opened;
  const visiting = createVisiting({ ...common, ...shown, keepMs: sightingsMs(config), freshnessMs: config.FRESHNESS_MS });
  const moderating = createModerating(
    { ...common, quarantineKeys: config.QUARANTINE_KEY, keepMs: config.RULES_KEEP_DAYS * dayMs },
    stopping,
  );
  void sayWhatIsPossible(moderating, connected, log, stopping);
  const alerting = createAlerting({ ...common, ...moderating, ...talking, mail: config });
  const files = createKeptFiles({ maxBytes: config.KEEP_FILES_BYTES, keepMs: config.KEEP_FILES_MS });
  const publishing = createPublishing({ ...common, ...shown, ...visiting, ...moderating, files, keepMs: sightingsMs(config) });
  const converting = createConversionDeps(config, { ...common, ...talking, ...moderating, ...alerting });
  const { scheduling, scheduleTasks } = createScheduling({
    ...common,
    ...visiting,
    ...moderating,
    ...alerting,
    secrets: config.SCHEDULE_SECRETS ?? new Map(),
    privateOrigins: config.FETCH_PRIVATE_ORIGINS ?? [],
    addQuote: async (quote, signal) => void (await talking.quotes.add(quote, signal)),
  });
  const count = createOutcomeCounter(metrics);
  const handlers = createHandlers({
    ...common,
    ...visiting,
    ...moderating,
    ...publishing,
    ...alerting,
    ...talking,
    ...converting,
    shown,
    blur: config.BLUR_BYSTANDERS,
    scheduling,
    extractor,
    cameras,
    feeds,
    count,
    freshness: createFreshness({ budgetMs: config.FRESHNESS_MS, backlog: sender }),
    engine,
    lookedAt: countLooks(metrics),
    timed: createStepTimer(metrics, tracer),
    files,
    compareWith: config.SAME_FRAME_LOOKBACK,
    compareWithinMs: config.SAME_FRAME_WINDOW_MS,
  });
  const { violations, ruleCounts, ruleTasks } = moderating;
  const keeping = { storage: config, settings: privacy, retention: retentionSettings(config), consents, stopping };
  const tasks = [
    ...visiting.tasks,
    ...ruleTasks,
    ...publishing.feedTasks,
    ...alerting.alertTasks,
    ...talkTasks({ ...common, ...talking }),
    ...convertingTasks(converting, opened.documents),
    ...scheduleTasks,
    ...privacyTasks({ ...opened.kept, ...common, ...shown, ...visiting, ...moderating, ...publishing, ...keeping }),
  ];
  return { handlers, needs, gates, tasks, mailer: alerting.mailer, losing: { count, violations, ruleCounts } };
}

const sightingsMs = (config: Pick<WorkerConfig, 'SIGHTINGS_KEEP_DAYS'>): number => config.SIGHTINGS_KEEP_DAYS * dayMs;

function countLooks(metrics: Metrics): (extent: Extent) => void {
  const looks = metrics.counter('frames_looked_at_total', 'Frames, by how much of them was looked at', ['extent']);
  return (extent) => looks.inc({ extent });
}
