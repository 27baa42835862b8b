import type { StorageConfig } from '@watchpost/shared/config/common';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { AuditStore } from '@watchpost/gallery/store';
import type { Housekeeping } from '@watchpost/gallery/housekeeping/housekeeping';
import type { Holdings } from '@watchpost/gallery/holdings';
import type { PrivacySettings } from '@watchpost/privacy/config';
import { consentPlace } from '@watchpost/privacy/consent/consents';
import { eraseForgotten } from '@watchpost/privacy/receipts/erasing';
import { galleryPlace } from '@watchpost/privacy/receipts/gallery-place';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import type { RetentionSettings } from '@watchpost/privacy/retention/data-class';
import { enforceRetention } from '@watchpost/privacy/retention/enforce';
import { changeVisit, type Visits } from '@watchpost/visits/visits';
import type { ForgetDeps } from '../notice/forget-in-notices.ts';
import type { Task } from '../schedule.ts';
import { clicksPlace, jobsPlace, noticesPlace, subscriptionsPlace } from './places.ts';
import { platformOf } from '@watchpost/shared/chat/chat';
import { postsPlace, tryToDelete, unlessRefused } from './posts-place.ts';

export interface PrivacyTasksOptions extends ForgetDeps {
  storage: StorageConfig;
  holdings: Holdings;
  audit: Pick<AuditStore, 'newest' | 'find'>;
  housekeeping: Pick<Housekeeping, 'erase'>;
  visits: Visits;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  settings: PrivacySettings;
  retention: RetentionSettings;
}

const minuteMs = 60_000;
/** Posts that are too old, deleted in one round. */
const atOnce = 20;
/** Failed jobs that are read in one round. */
const mostFailed = 1_000;

/** What one of all workers does again and again about people's data. */
export function privacyTasks(options: PrivacyTasksOptions): Task[] {
  const { documents, holdings, housekeeping, audit, settings, retention, log } = options;
  const places = privacyPlaces(options);
  const erasing = {
    documents,
    audit,
    holdings,
    places,
    log,
    keepMs: retention.auditMs,
    eraseNow: (signal: AbortSignal) => housekeeping.erase(signal),
  };
  return [
    { name: 'forgotten', everyMs: 1_000, run: (signal) => eraseForgotten(erasing, signal) },
    {
      name: 'retention',
      everyMs: minuteMs,
      run: async (signal) => {
        const removed = await enforceRetention({ documents, holdings, log }, retention, settings.keepsCrops, signal);
        if (removed > 0) log.info({ removed }, 'what was kept for longer than the settings say is removed');
      },
    },
    { name: 'old-posts', everyMs: minuteMs, run: (signal) => deleteOldPosts(options, signal) },
    { name: 'failed-jobs', everyMs: 60 * minuteMs, run: (signal) => dropFailedJobs(options, signal) },
  ];
}

/** Everywhere where something of a person may be. What is looked for by name comes before the names are erased. */
export function privacyPlaces(options: PrivacyTasksOptions): Place[] {
  const { documents, holdings, visits, sender, sendTimeoutMs, settings, storage } = options;
  const sayAgain: Parameters<typeof visitsPlace>[0]['sayAgain'] = async ({ id }, signal) => {
    const visit = await changeVisit(visits, id, (now) => now, signal);
    if (visit) await sender.send({ v: 1, kind: 'visit', visitId: id, revision: visit.revision, why: 'edit' }, { timeoutMs: sendTimeoutMs });
  };
  return [
    jobsPlace((signal) => openJobAdmin(storage, signal)),
    clicksPlace(documents),
    galleryPlace(holdings),
    consentPlace(documents),
    subscriptionsPlace(documents),
    noticesPlace(options),
    visitsPlace({ visits, sayAgain }),
    postsPlace({ ...options, knownPosts: createKnownPosts(documents), forgetPosts: settings.forgetPosts }),
  ];
}

/** Deletes our own posts that are older than POSTS_KEEP_DAYS; one that the platform does not let go is not asked about again. */
export async function deleteOldPosts(
  options: Pick<PrivacyTasksOptions, 'documents' | 'log' | 'visits' | 'platforms'> & { settings: Pick<PrivacySettings, 'postsMs'> },
  signal: AbortSignal,
): Promise<void> {
  const { settings, documents, log } = options;
  if (settings.postsMs === null) return;
  const knownPosts = createKnownPosts(documents);
  const { nowMs } = await documents.get('shown-post', '', signal);
  for (const post of await knownPosts.before(nowMs - settings.postsMs, atOnce, signal)) {
    await unlessRefused(post, options, signal, async () => {
      if (await tryToDelete(post, { ...options, knownPosts }, signal)) return;
      // Nobody can do anything about it where its platform is not configured any more: it may be again.
      if (!options.platforms.some(({ prefix }) => prefix === platformOf(post.channel))) return;
      log.warn({ channel: post.channel }, 'a post of ours is too old to be kept, and cannot be deleted: delete it by hand');
      await knownPosts.remove(post, signal);
    });
  }
}

/** Removes failed jobs that are older than FAILED_JOBS_KEEP_DAYS. */
export async function dropFailedJobs(
  { storage, settings, now }: Pick<PrivacyTasksOptions, 'storage' | 'settings' | 'now'>,
  signal: AbortSignal,
): Promise<void> {
  const admin = await openJobAdmin(storage, signal);
  try {
    const failed = await admin.list({ kinds: jobKinds, state: 'failed', limit: mostFailed });
    const ids = failed.filter(({ atMs }) => atMs < now() - settings.failedJobsMs).map(({ id }) => id);
    if (ids.length > 0) await admin.drop({ kinds: jobKinds, ids });
  } finally {
    await admin.close();
  }
}
