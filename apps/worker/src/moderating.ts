import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { FollowedRules, Rules } from '@watchpost/rules/rules';
import { followRules } from '@watchpost/rules/store/follow-rules';
import { createQuarantine } from '@watchpost/rules/store/quarantine';
import { createRules } from '@watchpost/rules/store/rules';
import { createViolations } from '@watchpost/rules/store/violations';
import type { Quarantine, Violations } from '@watchpost/rules/violations';
import { createPostNotice, type PostNotice } from './notice/notice.ts';
import { ruleTasks } from './notice/rule-tasks.ts';
import { createRates, type Rates } from './rates.ts';
import { createRuleCounts, type RuleCounts } from './rule-counts.ts';
import type { Task } from './schedule.ts';

export interface ModeratingOptions {
  documents: DocumentStore;
  /** Says when what was read of the documents must be read again. */
  followed?: Pick<FollowedDatabase, 'onReplaced'> | undefined;
  cameras: Pick<Cameras, 'timeZone'>;
  platforms: readonly ConnectedPlatform[];
  sender: JobSender;
  sendTimeoutMs: number;
  log: Logger;
  metrics: Metrics;
  /** What ingest seals messages with: the first secret seals, all open. */
  messageKeys: readonly [string, ...string[]];
  /** The same for originals; undefined: nothing can be kept. */
  quarantineKeys: readonly string[] | undefined;
  /** How long violations are kept, milliseconds. */
  keepMs: number;
  now?: () => number;
}

/** What jobs about rules work with, beside the ports. */
export interface Moderating {
  rules: Rules;
  followedRules: FollowedRules;
  violations: Violations;
  quarantine: Quarantine;
  envelope: Envelope;
  rates: Rates;
  postNotice: PostNotice;
  ruleCounts: RuleCounts;
  /** What one of all workers does again and again about rules. */
  ruleTasks: Task[];
}

/** Puts together what rules, messages and violations need, and follows the rules until `signal` aborts. */
export function createModerating(
  { messageKeys, quarantineKeys, keepMs, now = Date.now, ...options }: ModeratingOptions,
  signal: AbortSignal,
): Moderating {
  const { documents, log, metrics } = options;
  const quarantine = createQuarantine(documents, { keys: quarantineKeys, keepMs });
  const rules = createRules(documents, { canQuarantine: quarantine.canKeep });
  const violations = createViolations(documents, { keepMs });
  const postNotice = createPostNotice({ ...options, now });
  return {
    rules,
    followedRules: followRules({ documents, followed: options.followed, log }, signal),
    violations,
    quarantine,
    envelope: createEnvelope(messageKeys, 'jobs'),
    rates: createRates(documents),
    postNotice,
    ruleCounts: createRuleCounts(metrics),
    ruleTasks: ruleTasks({ ...options, rules, violations, postNotice, now }),
  };
}

/**
 * Says once what the rules can come to here: how many there are, whether anything can be removed, and what is missing. Resolves when that
 * is said, or `signal` has aborted.
 */
export async function sayWhatIsPossible(
  { followedRules, quarantine }: Pick<Moderating, 'followedRules' | 'quarantine'>,
  platforms: readonly Pick<ConnectedPlatform, 'moderation' | 'adminChannel'>[],
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    const judge = await followedRules.ready(signal);
    const enabled = [...judge.rules, ...judge.broken.map(({ rule }) => rule)].filter((rule) => rule.enabled);
    if (enabled.length === 0) return;
    const live = enabled.filter(({ dryRun }) => !dryRun);
    log.info({ rules: enabled.length, live: live.length, dryRun: enabled.length - live.length }, 'message rules are in force');
    const keeping = enabled.filter(({ action }) => action === 'quarantine').map(({ name }) => name);
    if (keeping.length > 0 && !quarantine.canKeep)
      log.error({ rules: keeping }, 'QUARANTINE_KEY is not set: rules with the action quarantine only report');
    if (platforms.every(({ adminChannel }) => adminChannel === null))
      log.warn('ADMIN_SLACK_CHANNEL_ID is not set: what rules find is recorded, but reported nowhere');
    for (const { moderation } of platforms) {
      if (!moderation) continue;
      const canRemove = await moderation.canRemove(signal);
      if (canRemove.can) log.info('messages can be removed');
      else
        log[live.some(({ action }) => action !== 'report') ? 'warn' : 'info'](
          { why: canRemove.why },
          'nothing can be removed: rules only report',
        );
    }
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, 'could not find out what rules can do here');
  }
}
