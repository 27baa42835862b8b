import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import type { AuditStore } from '@watchpost/gallery/store';
import type { Housekeeping } from '@watchpost/gallery/housekeeping/housekeeping';
import type { PrivacySettings } from '@watchpost/privacy/config';
import type { Consents } from '@watchpost/privacy/consent/consents';
import { eraseForgotten } from '@watchpost/privacy/receipts/erasing';
import { beginReceipts } from '@watchpost/privacy/receipts/wishes';
import type { RetentionSettings } from '@watchpost/privacy/retention/data-class';
import { enforceRetention } from '@watchpost/privacy/retention/enforce';
import type { Task } from '../schedule.ts';
import { dropFailedJobs } from './failed-jobs.ts';
import { deleteLeftPictures } from './left-pictures.ts';
import { deleteOldPosts } from './old-posts.ts';
import { noteUnshownPictures } from './unshown-pictures.ts';
import { createIsTaken } from './is-taken.ts';
import { privacyPlaces, type PlacesOptions } from './privacy-places.ts';
import { createSharedAdmin } from './shared-admin.ts';

export interface PrivacyTasksOptions extends Omit<PlacesOptions, 'useAdmin' | 'settings'> {
  storage: StorageConfig;
  audit: AuditStore;
  housekeeping: Pick<Housekeeping, 'erase' | 'beforeErasing'>;
  settings: PrivacySettings;
  retention: RetentionSettings;
  consents: Pick<Consents, 'finish'>;
  /** Aborts when the process ends. */
  stopping: AbortSignal;
}

const minuteMs = 60_000;

/** What one of all workers does again and again about people's data. */
export function privacyTasks(options: PrivacyTasksOptions): Task[] {
  const { documents, holdings, housekeeping, audit, gallery, questions, settings, retention, storage, consents, log } = options;
  const useAdmin = createSharedAdmin({ open: (signal) => openJobAdmin(storage, signal) }, options.stopping);
  const isTaken = createIsTaken(questions);
  const wishes = { documents, audit, holdings, gallery, isTaken, keepMs: retention.auditMs };
  // What is erased without a receipt leaves behind what is found by name only.
  housekeeping.beforeErasing((signal) => beginReceipts(wishes, signal));
  const eraseNow = (signal: AbortSignal): Promise<number> => housekeeping.erase(signal);
  const erasing = { ...wishes, places: privacyPlaces({ ...options, useAdmin }), eraseNow, log };
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
    { name: 'consent', everyMs: minuteMs, run: async (signal) => void (await consents.finish(signal)) },
    { name: 'old-posts', everyMs: minuteMs, run: (signal) => deleteOldPosts({ ...options, postsMs: settings.postsMs }, signal) },
    { name: 'left-pictures', everyMs: minuteMs, run: (signal) => deleteLeftPictures(options, signal) },
    {
      name: 'unshown-pictures',
      everyMs: 60 * minuteMs,
      run: (signal) => noteUnshownPictures({ ...options, visitsMs: retention.sightingsMs }, signal),
    },
    {
      name: 'failed-jobs',
      everyMs: 60 * minuteMs,
      run: async (signal) => {
        // An hour on a worker's clock would be an hour too soon.
        const nowMs = await databaseNow(documents, signal);
        const dropped = await useAdmin((admin) => dropFailedJobs(admin, nowMs - settings.failedJobsMs, signal));
        if (dropped > 0) log.info({ dropped }, 'jobs that failed long ago are removed');
      },
    },
  ];
}
