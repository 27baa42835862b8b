import { AppError } from '@watchpost/shared/errors';
import { readEvent } from '@watchpost/slack/content/read-message';
import { createLogRarely } from '../../../log-rarely.ts';
import type { Watching } from '../../../watching.ts';
import type { IntakeDeps } from '../../platform.ts';
import type { SlackIdentity } from '../3-to-jobs.ts';
import { sendAll } from '../../send-all.ts';
import { decide, type Places } from './1-decide.ts';
import { toMessageJobs, type Seal } from './2-to-jobs.ts';

export interface WatchDeps extends Pick<IntakeDeps, 'sender' | 'ingestMetrics' | 'log' | 'now'> {
  watching: Pick<Watching, 'rules'>;
  places: Places;
  identity: () => SlackIdentity | null;
  seal: Seal;
}

/** Gives what is said to the rules. */
export interface Watch {
  /**
   * A message event as Slack delivers it. Resolves once the queue has its jobs, to how many; 0: no rule is to look at it. Rejects with
   * `slack-identity-unknown`, `queue-unavailable`, or `job-refused`.
   */
  take(event: unknown, ourAppId: string | null, timeLeftMs: () => number): Promise<number>;
}

/** Decides from memory: nothing is asked of a database or of Slack. */
export function createWatch(deps: WatchDeps): Watch {
  const { watching, places, identity, seal, sender, ingestMetrics, log } = deps;
  const rarely = createLogRarely(deps.now);
  return {
    take: async (event, ourAppId, timeLeftMs) => {
      const rules = watching.rules();
      if (rules !== null && !rules.some(({ enabled }) => enabled)) return 0;
      const said = readEvent(event);
      if (!said || said.kind === 'deleted') {
        ingestMetrics.message(said ? 'deleted' : 'other');
        return 0;
      }
      const { message, kind: change, atMs } = said;
      const { channel, messageId } = message;
      const decision = decide(message, { rules, identity: identity(), ourAppId }, places);
      // After a 503 Slack sends it again.
      if (decision === 'unsure') throw new AppError('slack-identity-unknown', 'the Slack identity is not known yet');
      if (decision !== 'judge') {
        ingestMetrics.message(decision);
        return 0;
      }
      const { jobs, filesLeftOut } = toMessageJobs({ message, change, atMs }, seal);
      if (filesLeftOut > 0) {
        rarely('files', (times) =>
          log.error(
            { channel, messageId, filesLeftOut, times },
            'a message has more files than fit into a job: the last ones are not checked',
          ),
        );
      }
      try {
        await sendAll(jobs, (job) => sender.send(job, { timeoutMs: timeLeftMs() }), {
          count: () => undefined,
          log,
          lost: 'the queue will never take this job: its message is not checked',
        });
      } catch (error) {
        if (error instanceof AppError && error.code === 'job-refused') ingestMetrics.message('refused');
        throw error;
      }
      ingestMetrics.message('queued');
      return jobs.length;
    },
  };
}
