import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createAccess } from '@watchpost/talk/access';
import { createDialogs } from '@watchpost/talk/dialogs';
import type { Task } from './schedule.ts';
import type { Talking } from './talk/deps.ts';
import { createLine } from './talk/line.ts';
import { endExpired } from './talk/end-expired.ts';
import { createFirstInvitation } from './talk/first-invitation.ts';

const minuteMs = 60_000;

/** Puts together what conversations have of their own. */
export function createTalking(config: { TALK_WAIT_MINUTES: number; TALK_LANGUAGE: string }, documents: DocumentStore): Talking {
  return {
    dialogs: createDialogs(documents),
    access: createAccess(documents),
    line: createLine(documents),
    waitMs: config.TALK_WAIT_MINUTES * minuteMs,
    talkLanguage: config.TALK_LANGUAGE,
  };
}

export interface TalkTasksOptions extends Pick<Talking, 'dialogs' | 'access'> {
  documents: DocumentStore;
  platforms: readonly ConnectedPlatform[];
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  log: Logger;
}

/** What one of all workers does again and again about conversations. */
export function talkTasks(options: TalkTasksOptions): Task[] {
  const talking = options.platforms.filter(({ talk }) => talk !== null);
  if (talking.length === 0) return [];
  const invitations = talking.map((platform) => createFirstInvitation(platform, options));
  return [
    { name: 'dialogs', everyMs: 10_000, run: (signal) => endExpired(options, signal) },
    {
      name: 'first-admin',
      everyMs: 15_000,
      run: async (signal) => {
        for (const invite of invitations) await invite(signal);
      },
    },
  ];
}
