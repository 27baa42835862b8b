import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Rule } from '@watchpost/rules/rule';
import type { Rules } from '@watchpost/rules/rules';
import { brakeLine } from '@watchpost/rules/words/summary';
import type { PostNotice } from '../notice/notice.ts';
import type { Rates } from '../rates.ts';

export interface BrakeDeps {
  rules: Pick<Rules, 'list' | 'edit'>;
  rates: Rates;
  postNotice: PostNotice;
  log: Logger;
}

/**
 * Counts one more removal for a rule. Resolves to true if that is one too many within an hour: the rule is back in dry run then, and the
 * admins are told. Whoever switches it on again lets it begin anew.
 */
export async function brake(rule: Rule, adminChannel: ChannelKey | null, deps: BrakeDeps, signal: AbortSignal): Promise<boolean> {
  const { id, mostAnHour, changedAtMs } = rule;
  if (await deps.rates.take(`removals-${id}-${changedAtMs}`, { most: mostAnHour, minutes: 60 }, signal)) return false;
  const now = (await deps.rules.list(signal)).find((each) => each.id === id);
  // An admin has just changed it.
  if (!now || (now.changedAtMs !== changedAtMs && !now.dryRun)) return true;
  // First: once it is in dry run, nobody comes here again.
  if (adminChannel) {
    const notice = { id: `brake-${id}-${changedAtMs}`, to: { channel: adminChannel }, post: brakeLine(rule), sheet: [] };
    await deps.postNotice(notice, signal);
  }
  if (!now.dryRun) await backToDryRun(rule, deps, signal);
  return true;
}

async function backToDryRun({ id, mostAnHour }: Rule, { rules, log }: BrakeDeps, signal: AbortSignal): Promise<void> {
  try {
    await rules.edit(id, { dryRun: true }, 'watchpost', signal);
    log.warn({ rule: id, mostAnHour }, 'a rule wanted to remove more than it may within an hour: it is back in dry run');
  } catch (error) {
    if (toAppError(error).code !== 'rule-not-found') throw error;
  }
}
