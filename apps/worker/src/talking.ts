import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { createAccess } from '@watchpost/talk/access';
import type { talkEnv } from '@watchpost/talk/config';
import { createDialogs } from '@watchpost/talk/dialogs';
import { createMoves } from '@watchpost/talk/moves';
import { createQuotes } from '@watchpost/talk/quotes';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import type { Task } from './schedule.ts';
import { listedCommands } from './talk/commands.ts';
import { createWordsDeps } from './talk/commands/words-deps.ts';
import type { Talking } from './talk/deps.ts';
import { createLine } from './talk/line.ts';
import { endExpired } from './talk/end-expired.ts';
import { createFirstInvitation } from './talk/first-invitation.ts';
import { showMenus } from './talk/menu.ts';

const minuteMs = 60_000;

interface TalkingConfig extends ConfigOf<typeof talkEnv> {
  CONVERT_HOSTS?: readonly string[] | undefined;
  SCHEDULE_FILE?: string | undefined;
}

/** Puts together what conversations have of their own. */
export function createTalking(config: TalkingConfig, documents: DocumentStore): Talking {
  const { TALK_KEEP_DAYS: keepDays, CONVERT_HOSTS: hosts, SCHEDULE_FILE: file } = config;
  const subscriptions = createSubscriptions(documents);
  return {
    ...createWordsDeps({
      documents,
      dialogs: createDialogs(documents),
      quotes: createQuotes(documents),
      subscriptions,
      listed: listedCommands({ converts: (hosts ?? []).length > 0, collects: file !== undefined }),
      talkLanguage: config.TALK_LANGUAGE,
      waitMs: config.TALK_WAIT_MINUTES * minuteMs,
      keepDays: keepDays ?? null,
    }),
    subscriptions,
    access: createAccess(documents),
    moves: createMoves(documents),
    line: createLine(documents),
  };
}

export interface TalkTasksOptions extends Pick<Talking, 'dialogs' | 'access' | 'listed' | 'talkLanguage'> {
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
    showMenus(options),
    {
      name: 'first-admin',
      everyMs: 15_000,
      run: async (signal) => {
        for (const invite of invitations) await invite(signal);
      },
    },
  ];
}
